"""A platform behind PgBouncer, with an Execution API of its own, and images pulled ahead of their tasks."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from airflow_k8s import options, process
from airflow_k8s.cluster import kind, tools
from airflow_k8s.images import build, publish
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.install import KIND_VALUES
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.platform.warehouse import PSQL
from airflow_k8s.up import bring_up

NAME = "pooled"
PORT = 18081
POOL_SIZE = 4
DAG = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("one_task", schedule=None):
    BashOperator(task_id="greet", bash_command="echo hello")
"""
FILE = {
    "volumes": [{"name": "file", "configMap": {"name": "one-task"}}],
    "volumeMounts": [{"name": "file", "mountPath": "/opt/airflow/dags/one_task.py", "subPath": "one_task.py"}],
}
VALUES: dict[str, Any] = {
    "apiServer": {"service": {"type": "ClusterIP", "nodePort": None}},
    "dags": {"volume": {"claim": ""}},
    "dagProcessor": FILE,
    "tasks": FILE,
    "tracking": {"connection": ""},
    "pgbouncer": {"enabled": True, "poolSize": POOL_SIZE},
    "executionApi": {"enabled": True, "replicas": 1, "resources": {"requests": {"cpu": "20m", "memory": "256Mi"}}},
    "prePull": {"enabled": True},
}
NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": NAME, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "one-task"},
    "data": {"one_task.py": DAG},
}


def kubectl(*words: str, stdin: str | None = None) -> str:
    return kind.kubectl(f"--namespace={NAME}", *words, stdin=stdin)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The release in a namespace of its own: two schedulers in one would adopt each other's pods."""
    if kind.look() is not kind.State.RUNNING:
        bring_up(options.registry(), options.port())
    build.build_all(options.registry())
    publish.push_all(options.registry())
    kind.kubectl("apply", "--filename=-", stdin=json.dumps(NAMESPACE))
    kubectl("apply", "--filename=-", stdin=json.dumps(CONFIG_MAP))
    own = tmp_path_factory.mktemp("values") / "values.yaml"
    own.write_text(yaml.safe_dump(VALUES))
    files = [word for file in (KIND_VALUES, OVERLAY, own) for word in ("--values", str(file))]
    helm = [tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}"]
    process.run([*helm, "upgrade", "--install", NAME, str(CHART), *files, "--wait", "--timeout", "8m"])
    yield
    process.run([*helm, "uninstall", NAME, "--wait"])
    kind.kubectl("delete", "namespace", NAME)


@pytest.fixture(scope="module")
def airflow(release: None) -> Iterator[Airflow]:
    forward = [tools.path("kubectl"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}", "port-forward"]
    with subprocess.Popen([*forward, f"service/{NAME}-api-server", f"{PORT}:8080"]) as forwarding:
        time.sleep(3)
        yield Airflow(f"http://127.0.0.1:{PORT}", "admin", _secret("admin-password"))
        forwarding.terminate()


@pytest.fixture(scope="module")
def ran(airflow: Airflow) -> str:
    """The state in which a run of the DAG ended."""
    wait_until(lambda: airflow.knows("one_task"), "the DAG is known", 180)
    return airflow.finish("one_task", airflow.start("one_task"))


def test_a_task_runs_to_success(ran: str) -> None:
    assert ran == "success"


def test_the_task_reported_to_the_pods_that_have_the_execution_api(ran: str) -> None:
    assert "/execution/task-instances/" in kubectl("logs", f"deployment/{NAME}-execution-api")
    assert "/execution/task-instances/" not in kubectl("logs", f"deployment/{NAME}-api-server")


def test_few_connections_reach_the_database_and_all_of_them_from_pgbouncer(ran: str) -> None:
    pods = json.loads(kubectl("get", "pods", "--selector=app.kubernetes.io/component=pgbouncer", "--output=json"))
    (address,) = [pod["status"]["podIP"] for pod in pods["items"]]
    query = "select client_addr, pid from pg_stat_activity where client_addr is not null;"
    command = ["exec", "-i", f"{NAME}-postgres-0", "--", "sh", "-c", f"{PSQL} -At"]
    found = [line.split("|") for line in kubectl(*command, stdin=query).split()]
    assert {client for client, _ in found} == {address}
    assert len(found) <= POOL_SIZE


def test_its_metrics_tell_of_the_clients(ran: str) -> None:
    path = f"/api/v1/namespaces/{NAME}/services/{NAME}-pgbouncer:metrics/proxy/metrics"
    metrics = kind.kubectl("get", "--raw", path).splitlines()
    assert "pgbouncer_up 1" in metrics
    (active,) = [line for line in metrics if line.startswith("pgbouncer_used_clients ")]
    assert float(active.split()[1]) > POOL_SIZE


def test_every_image_is_on_the_node_before_a_task_wants_it(release: None) -> None:
    daemon = json.loads(kubectl("get", "daemonset", f"{NAME}-pre-pull", "--output=json"))["status"]
    assert daemon["numberReady"] == daemon["desiredNumberScheduled"] == 1


def _secret(key: str) -> str:
    return base64.b64decode(kubectl("get", "secret", f"{NAME}-keys", f"--output=jsonpath={{.data.{key}}}")).decode()
