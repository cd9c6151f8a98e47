"""Where tries are recorded, where not, and that it keeps no DAG from being read."""

import subprocess
import sys
from pathlib import Path

import pytest

DAG_FILE = """
from datetime import datetime
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.sdk import DAG

with DAG("waits"):
    DateTimeSensorAsync(task_id="wait", target_time=datetime(2026, 1, 1), end_from_trigger=True)
"""

AS_A_WORKER = """
import sys
sys.orig_argv[:] = ["python", "-m", "airflow.sdk.execution_time.execute_workload", "--json-string", "{}"]
"""

READ = """
from airflow.dag_processing.dagbag import BundleDagBag
bag = BundleDagBag(dag_folder="dags/waits.py", bundle_path="dags", bundle_name="dags", safe_mode=False)
assert bag.import_errors == {}, bag.import_errors
assert list(bag.dags) == ["waits"]
from airflow.sdk.listener import get_listener_manager
names = [type(one).__name__ for one in get_listener_manager().pm.get_plugins()]
"""


@pytest.fixture
def run(tmp_path: Path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "waits.py").write_text(DAG_FILE)

    def python(code: str, **variables: str) -> None:
        always = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        command, env = [sys.executable, "-c", code], {**always, **variables}
        done = subprocess.run(command, env=env, cwd=tmp_path, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    return python


def test_a_worker_that_records_reads_every_dag_that_the_dag_processor_accepts(run) -> None:
    run(f"{AS_A_WORKER}{READ}assert names == ['Tracker'], names", AIRFLOW_K8S_TRACKING="records")


def test_a_dag_processor_registers_nothing(run) -> None:
    run(f"{READ}assert names == [], names", AIRFLOW_K8S_TRACKING="records")


NOTHING_LOADED = """
import airflow_k8s.policy
loaded = {name for name in sys.modules if name.startswith("airflow_k8s.tracking")}
assert loaded == {"airflow_k8s.tracking"}, loaded
"""


@pytest.mark.parametrize(
    ("before", "variables"),
    [
        (AS_A_WORKER, {}),
        (AS_A_WORKER, {"AIRFLOW_K8S_TRACKING": ""}),
        ("import sys", {"AIRFLOW_K8S_TRACKING": "records"}),
    ],
    ids=["in a worker without it", "in a worker where it is off", "in everything else"],
)
def test_where_nothing_is_recorded_nothing_is_loaded(run, before: str, variables: dict[str, str]) -> None:
    run(before + NOTHING_LOADED, **variables)


def test_a_worker_that_records_loads_no_more_than_it_needs_before_its_task_runs(run) -> None:
    heavy = ["psycopg2", "kubernetes", "airflow_k8s.tracking.listener", "airflow_k8s.tracking.usage"]
    code = f"import airflow, airflow_k8s.policy\nassert not set({heavy}) & set(sys.modules)"
    run(AS_A_WORKER + code, AIRFLOW_K8S_TRACKING="records")
