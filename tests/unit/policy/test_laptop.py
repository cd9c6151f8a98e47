"""A DAG file of this platform runs in any Airflow that has the package, without the platform."""

import os
import subprocess
import sys
from pathlib import Path

FILE = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, task
from airflow_k8s import on_image
from airflow_k8s.operators.on_image import OnImage

class ScoreOperator(OnImage, BashOperator):
    runs_on = on_image("no-such-image", memory="4Gi")

@dag(default_args={"owner": "ada"})
def nightly():
    @task(executor_config=on_image("r-data", cpu=64, node_pool="spot"))
    def three():
        return 3

    @task(executor_config={"image": "python-data", "size": "huge"})
    def add(number, more):
        return number + more

    old = {"KubernetesExecutor": {"image": "everlane/data:latest"}}
    said = BashOperator(task_id="say", bash_command="echo five", executor_config=old)
    said >> ScoreOperator(task_id="score", bash_command="echo six") >> add.partial(more=three()).expand(number=[1, 2])

nightly = nightly()

if __name__ == "__main__":
    run = nightly.test()
    print({ti.task_id: ti.state for ti in run.get_task_instances()}, run.state)
    assert run.state == "success"
"""


def test_without_a_catalogue_the_same_file_is_read_and_run(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "nightly.py").write_text(FILE)
    names = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    plain = names | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
    }
    python = Path(sys.executable)
    for words in ([python.with_name("airflow"), "db", "migrate"], [python, tmp_path / "dags" / "nightly.py"]):
        done = subprocess.run(words, env=plain, cwd=tmp_path, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
