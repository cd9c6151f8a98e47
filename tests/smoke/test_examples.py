"""Every example does what its file says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_k8s.paths import DAGS, ROOT
from airflow_k8s.platform.rest import Airflow, wait_until
from tests.smoke.conftest import Run
from tests.smoke.test_dags import reference, resources

EXAMPLES, _ = DAGS

Runner = Callable[[str], Run]

ELSEWHERE = {"s3_to_sftp": "tests/images/base/test_s3_to_sftp.py"}
"""What needs servers that the local platform does not have is run where they are; here it is read."""


def test_every_example_is_run_here_or_beside_its_servers() -> None:
    text = Path(__file__).read_text()
    assert {file.stem for file in EXAMPLES.glob("*.py") if f'run("{file.stem}")' not in text} == set(ELSEWHERE)
    assert all(dag_id in (ROOT / file).read_text() for dag_id, file in ELSEWHERE.items())


def test_every_example_is_on_their_page() -> None:
    page = (EXAMPLES / "README.md").read_text()
    assert [file.name for file in EXAMPLES.glob("*.py") if f"[{file.name}]({file.name})" not in page] == []


def test_a_transfer_that_is_extended_is_read_on_base(airflow: Airflow) -> None:
    wait_until(lambda: airflow.knows("s3_to_sftp"), "the DAG processor has read s3_to_sftp", 180)
    assert not any(file.endswith("s3_to_sftp.py") for file in airflow.import_errors())


def test_the_nightly_report_may_be_run_twice(run: Runner) -> None:
    assert run("nightly_report").state == "success"
    assert run("nightly_report").state == "success"


def test_the_model_in_r_is_loaded_back(run: Runner) -> None:
    done = run("model_in_r")
    assert done.state == "success"
    assert done.returned("fit")["orders"] == 999
    assert done.returned("told").startswith("999 orders, R² 0.")
    assert done.container("fit").image == reference("r-data")
    assert resources(done.container("fit")) == ("500m", "1", "1Gi", "1Gi")


def test_features_are_made_in_a_pod_for_each_region(run: Runner) -> None:
    done = run("features_by_region")
    assert done.state == "success"
    assert [done.returned("features", i)["orders"] for i in range(3)] == [333] * 3
    assert [pod.spec.containers[0].image for pod in done.pods("features")] == [reference("python-data")] * 3
    assert done.returned("largest") in {"north", "south", "west"}


def test_sql_python_and_r_hand_values_to_each_other(run: Runner) -> None:
    done = run("three_languages")
    assert done.state == "success"
    assert done.returned("largest_share").strip() in {"north", "south", "west"}
    images = {task: done.container(task).image for task in ("totals", "shares", "largest_share")}
    assert images == {
        "totals": reference("base"),
        "shares": reference("python-data"),
        "largest_share": reference("r-data"),
    }


def test_a_dag_of_airflow_1_10_runs_as_it_was_meant(run: Runner) -> None:
    done = run("ported_from_airflow_1_10")
    assert done.state == "success"
    assert float(done.returned("report")) == pytest.approx(60, abs=1)
    assert done.container("total").image == reference("python-data")
    assert resources(done.container("report")) == ("100m", "1", "512Mi", "512Mi")
