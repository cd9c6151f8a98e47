"""How fast lint is: a thousand DAG files of several kinds, judged on two cores."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from airflow_k8s.bench import Figure, spread
from airflow_k8s.bench.policy import platform
from airflow_k8s.errors import UserError

FILES, JOBS, RUNS = 1000, 2, 3
BUDGET = 60.0
"""Seconds that so many files may take: a thousand a minute."""

KINDS = (
    """
from airflow.sdk import dag, task
from airflow_k8s import on_image

@dag(schedule="@daily")
def {name}():
    @task(executor_config=on_image("python-data", cpu=2, memory="4Gi"))
    def read(): ...

    @task
    def tell(rows): ...

    tell(read())

{name}()
""",
    """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("{name}", schedule=None, default_args={{"owner": "ada", "retries": 2}}):
    first = BashOperator(task_id="first", bash_command="true", executor_config={{"image": "r-data"}})
    first >> BashOperator.partial(task_id="each").expand(bash_command=["true", "false"])
""",
    """
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("{name}"):
    for number in range(10):
        SQLExecuteQueryOperator(task_id=f"load_{{number}}", conn_id="warehouse", sql="SELECT 1")
""",
    """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

with DAG("{name}"):
    BashOperator(task_id="load", bash_command="true", executor_config={{"image": "r-dta"}})
""",
)
"""A decorated DAG, one of operators, a long one of SQL, and one with a heavy import and a mistake."""


def measure(files: int = FILES, runs: int = RUNS) -> list[Figure]:
    """Seconds that the command takes for a thousand files, from its start to its end.

    Args:
        files: how many are judged; what they take is told for a thousand.
        runs: how often.

    Raises:
        UserError: lint did not judge them all.
    """
    with tempfile.TemporaryDirectory() as folder:
        dags = Path(folder) / "dags"
        write(dags, files)
        catalogue = Path(folder) / "catalogue.json"
        catalogue.write_text(json.dumps(platform()))
        seconds = spread([_judge(dags, catalogue, files) * 1000 / files for _ in range(runs)])
    remark = f"{seconds.least:.0f} to {seconds.most:.0f} in {seconds.runs} runs, {JOBS} at a time"
    return [Figure("1,000 files", seconds.median, "s", BUDGET, remark)]


def write(folder: Path, files: int) -> None:
    """Make DAG files of all kinds."""
    folder.mkdir()
    for number in range(files):
        text = KINDS[number % len(KINDS)].format(name=f"dag_{number}")
        (folder / f"dag_{number}.py").write_text(text)


def _judge(dags: Path, catalogue: Path, files: int) -> float:
    words = [sys.executable, "-c", "from airflow_k8s.cli import main; main()", "lint", str(dags)]
    words += ["--catalogue", str(catalogue), "--jobs", str(JOBS)]
    begin = time.monotonic()
    done = subprocess.run(words, text=True, capture_output=True, check=False)
    seconds = time.monotonic() - begin
    if f"\n{files} files, " not in done.stdout:
        raise UserError("lint did not judge its files.", f"It said: {done.stdout[-300:]}", "Run it by hand.")
    return seconds
