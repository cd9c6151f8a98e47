"""Every smoke DAG does what its file says, in the pods that it asked for."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from airflow_k8s.paths import OVERLAY
from airflow_k8s.platform.namespace import RELEASE
from airflow_k8s.platform.rest import Airflow, wait_until
from tests.smoke.conftest import Run

Runner = Callable[[str], Run]


def reference(image: str) -> str:
    """How a pod must name an image: by the tag and digest that the build wrote down."""
    built = yaml.safe_load(OVERLAY.read_text())["images"][image]
    return f"{built['repository']}:{built['tag']}@{built['digest']}"


def resources(container: Any) -> tuple[str, str, str, str]:
    asked, at_most = container.resources.requests, container.resources.limits
    return asked["cpu"], at_most["cpu"], asked["memory"], at_most["memory"]


def test_sql_runs_through_a_connection(run: Runner) -> None:
    done = run("sql_through_a_connection")
    assert done.state == "success"
    assert done.returned("count_orders") == ["(999,59940.0)"]  # REST shows a tuple as text
    assert done.container("count_orders").image == reference("base")


def test_python_finds_pandas_and_duckdb_on_its_image(run: Runner) -> None:
    done = run("python_with_pandas_and_duckdb")
    assert done.state == "success"
    assert done.returned("mean_by_region") == {"north": 20.0, "south": 20.0}
    assert done.container("mean_by_region").image == reference("python-data")


def test_an_untouched_r_script_reads_a_table_and_returns_a_value(run: Runner) -> None:
    done = run("an_untouched_r_script")
    assert done.state == "success"
    assert done.returned("orders")["rows"] == 999
    (task,) = done.airflow.tasks(done.dag_id, done.run_id)
    assert task["rendered_fields"]["env"]["PGPASSWORD"] == "***"
    assert done.container("orders").image == reference("r-data")


def test_an_r_script_scores_what_it_reads_through_a_connection(run: Runner) -> None:
    done = run("r_scripts")
    assert done.state == "success"
    assert [row["region"] for row in done.returned("scores")] == ["north", "south", "west"]
    assert done.returned("best") == max(done.returned("scores"), key=lambda row: row["score"])["region"]
    assert done.container("scores").image == reference("r-data")
    assert resources(done.container("scores")) == ("300m", "1", "512Mi", "512Mi")


def test_two_versions_of_one_library_run_in_one_dag(run: Runner) -> None:
    done = run("two_versions_of_one_library")
    assert done.state == "success"
    assert done.returned("new").startswith("2.")
    old = done.returned("old")
    assert (old["version"][:2], old["answer"]) == ("1.", 42)


def test_mapped_tasks_run_on_two_images(run: Runner) -> None:
    done = run("mapped_on_two_images")
    assert done.state == "success"
    assert [done.returned("square", i) for i in (0, 1)] == [4, 9]
    assert [done.returned("root", i) for i in (0, 1)] == [2, 3]
    assert [pod.spec.containers[0].image for pod in done.pods("square")] == [reference("python-data")] * 2
    assert [pod.spec.containers[0].image for pod in done.pods("root")] == [reference("r-data")] * 2


WAYS = {
    "nothing": ("base", ("250m", "1", "1Gi", "1Gi")),
    "plain_words": ("python-data", ("200m", "1", "300Mi", "300Mi")),
    "helper": ("python-data", ("300m", "1", "400Mi", "400Mi")),
    "article": ("python-data", ("100m", "1", "500Mi", "500Mi")),
    "size": ("python-data", ("500m", "1", "1Gi", "1Gi")),
    "node_pool": ("r-data", ("500m", "1", "2Gi", "2Gi")),
    "pod_override": ("base", ("250m", "1", "1Gi", "1Gi")),
}


OF_ADA = {"airflow-k8s/team": "analysis", "airflow-k8s/owner": "Ada-Lovelace", "airflow-k8s/cost-centre": "4711"}


def test_pods_have_the_image_cpu_and_memory_that_were_asked_for(run: Runner) -> None:
    done = run("every_way_to_ask")
    assert done.state == "success"
    found = {way: (done.container(way).image, resources(done.container(way))) for way in WAYS}
    assert found == {way: (reference(image), asked) for way, (image, asked) in WAYS.items()}
    assert done.pods("pod_override")[0].metadata.labels["team"] == "finance"
    assert done.pods("size")[0].metadata.labels.items() >= OF_ADA.items()
    assert done.container("size").resources.limits["ephemeral-storage"] == "100Mi"
    assert {"name": "MONTH", "value": "2026-11"} in [
        {"name": one.name, "value": one.value} for one in done.container("size").env
    ]
    assert done.pods("node_pool")[0].spec.node_selector == {"kubernetes.io/os": "linux"}


def test_a_task_may_launch_a_pod_of_its_own_and_only_such_a_task(run: Runner) -> None:
    done = run("kubernetes_pod_operator")
    assert done.state == "success"
    (pod,) = done.pods("own_container")
    assert pod.spec.service_account_name == f"{RELEASE}-pod-launcher"
    (other,) = run("sql_through_a_connection").pods("count_orders")
    assert (other.spec.service_account_name, other.spec.automount_service_account_token) == (
        f"{RELEASE}-task-pod",
        False,
    )


def test_a_task_killed_by_its_memory_limit_ends_as_failed(run: Runner) -> None:
    done = run("killed_by_the_memory_limit")
    assert done.state == "failed"
    assert done.task_states() == {"hog": "failed"}


@pytest.mark.parametrize("said", ["r-dta", "r-data", "typo", "wrong_image_name"])
def test_a_wrong_image_name_is_an_import_error_that_names(airflow: Airflow, said: str) -> None:
    wait_until(lambda: "wrong_image_name.py" in airflow.import_errors(), "the wrong file is reported", 180)
    assert said in airflow.import_errors()["wrong_image_name.py"]
    assert not airflow.knows("wrong_image_name")
