"""How fast lint is: a thousand DAG files of several kinds, judged on two cores."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from airflow_k8s.bench import Figure, Spread, spread
from airflow_k8s.bench.policy import platform
from airflow_k8s.errors import UserError

FILES, CORES, RUNS = 1000, 2, 3
BUDGET = 60.0
"""Seconds of two cores that a thousand files may take: a thousand a minute."""

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
    """What the command takes for a thousand files, from its start to its end.

    Judged are the CPU-seconds, shared by two cores: by the clock, a busy machine takes longer.

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
        measured = [_judge(dags, catalogue, files) for _ in range(runs)]
    cpu, clock = (spread([taken * 1000 / files for taken in kind]) for kind in zip(*measured, strict=True))
    return [_figure("1,000 files, on two cores", cpu, BUDGET), _figure("1,000 files, by the clock", clock, None)]


def write(folder: Path, files: int) -> None:
    """Make DAG files of all kinds."""
    folder.mkdir()
    for number in range(files):
        text = KINDS[number % len(KINDS)].format(name=f"dag_{number}")
        (folder / f"dag_{number}.py").write_text(text)


def _figure(what: str, seconds: Spread, budget: float | None) -> Figure:
    remark = f"{seconds.least:.0f} to {seconds.most:.0f} in {seconds.runs} runs"
    return Figure(what, seconds.median, "s", budget, remark)


def _judge(dags: Path, catalogue: Path, files: int) -> tuple[float, float]:
    """CPU-seconds shared by the cores, and seconds by the clock."""
    words = [sys.executable, "-c", "from airflow_k8s.cli import main; main()", "lint", str(dags)]
    words += ["--catalogue", str(catalogue), "--jobs", str(CORES)]
    begin, spent = time.monotonic(), _cpu()
    done = subprocess.run(words, text=True, capture_output=True, check=False)
    taken = (_cpu() - spent) / CORES, time.monotonic() - begin
    if f"\n{files} files, " not in done.stdout:
        raise UserError("lint did not judge its files.", f"It said: {done.stdout[-300:]}", "Run it by hand.")
    return taken


def _cpu() -> float:
    """CPU-seconds of all processes that were started here and have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
