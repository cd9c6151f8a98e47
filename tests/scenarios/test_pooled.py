"""A platform behind PgBouncer, with an Execution API of its own, and images pulled ahead of their tasks."""

from collections.abc import Iterator

import pytest

from airflow_k8s.cluster import kind
from airflow_k8s.platform.apart import Release, Values, installed, with_dag
from airflow_k8s.platform.rest import Airflow, wait_until

NAME = "pooled"
POOL_SIZE = 4
DAG = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("one_task", schedule=None):
    BashOperator(task_id="greet", bash_command="echo hello")
"""
VALUES: Values = {
    **with_dag("one_task"),
    "pgbouncer": {"enabled": True, "poolSize": POOL_SIZE},
    "executionApi": {"enabled": True, "replicas": 1, "resources": {"requests": {"cpu": "20m", "memory": "256Mi"}}},
    "prePull": {"enabled": True},
}


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    with installed(NAME, VALUES, DAG) as release:
        yield release


@pytest.fixture(scope="module")
def airflow(release: Release) -> Iterator[Airflow]:
    with release.signed_in() as airflow:
        yield airflow


@pytest.fixture(scope="module")
def ran(airflow: Airflow) -> str:
    """The state in which a run of the DAG ended."""
    wait_until(lambda: airflow.knows("one_task"), "the DAG is known", 180)
    return airflow.finish("one_task", airflow.start("one_task"))


def test_a_task_runs_to_success(ran: str) -> None:
    assert ran == "success"


def test_the_task_reported_to_the_pods_that_have_the_execution_api(ran: str, release: Release) -> None:
    assert "/execution/task-instances/" in release.kubectl("logs", f"deployment/{NAME}-execution-api")
    assert "/execution/task-instances/" not in release.kubectl("logs", f"deployment/{NAME}-api-server")


def test_few_connections_reach_the_database_and_all_of_them_from_pgbouncer(ran: str, release: Release) -> None:
    pods = release.json("pods", "--selector=app.kubernetes.io/component=pgbouncer")
    (address,) = [pod["status"]["podIP"] for pod in pods["items"]]
    query = "select client_addr, pid from pg_stat_activity where client_addr is not null;"
    found = release.sql(query)
    assert {client for client, _ in found} == {address}
    assert len(found) <= POOL_SIZE


def test_its_metrics_tell_of_the_clients(ran: str) -> None:
    path = f"/api/v1/namespaces/{NAME}/services/{NAME}-pgbouncer:metrics/proxy/metrics"
    metrics = kind.kubectl("get", "--raw", path).splitlines()
    assert "pgbouncer_up 1" in metrics
    (active,) = [line for line in metrics if line.startswith("pgbouncer_used_clients ")]
    assert float(active.split()[1]) > POOL_SIZE


def test_every_image_is_on_the_node_before_a_task_wants_it(release: Release) -> None:
    daemon = release.json("daemonset", f"{NAME}-pre-pull")["status"]
    assert daemon["numberReady"] == daemon["desiredNumberScheduled"] == 1
