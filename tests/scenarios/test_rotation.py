"""A platform that is given new keys while a task reads a connection, over and over, by the token it started with."""

import base64
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from cryptography.fernet import Fernet, InvalidToken

from airflow_k8s import options, process
from airflow_k8s.cli import commands
from airflow_k8s.cluster import kind, tools
from airflow_k8s.images import build, publish
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.install import KIND_VALUES
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.platform.warehouse import PSQL
from airflow_k8s.up import bring_up

NAME = "rotation"
PORT = 18085
SECONDS = 120
"""What a token lives; Airflow wants a fifth of it for heartbeats."""

DAG = """
import time
from airflow.sdk import BaseHook, Variable, dag, task

@dag(schedule=None)
def reader():
    @task
    def read():
        seen = []
        while True:
            seen.append(BaseHook.get_connection("lake").password)
            if Variable.get("stop") == "yes":
                return {"times": len(seen), "passwords": sorted(set(seen))}
            time.sleep(2)
    read()

reader()
"""
FILE = {
    "volumes": [{"name": "file", "configMap": {"name": "reader"}}],
    "volumeMounts": [{"name": "file", "mountPath": "/opt/airflow/dags/reader.py", "subPath": "reader.py"}],
}
VALUES: dict[str, Any] = {
    "apiServer": {"service": {"type": "ClusterIP", "nodePort": None}},
    "executionApi": {"enabled": True, "replicas": 1, "resources": {"requests": {"cpu": "20m", "memory": "256Mi"}}},
    "triggerer": {"replicas": 0},
    "dags": {"volume": {"claim": ""}},
    "dagProcessor": FILE,
    "tasks": FILE,
    "tracking": {"connection": ""},
    "declare": {"variables": {"stop": "no"}, "connections": {"lake": {"name": "lake", "key": "url"}}},
    "config": {
        "execution_api": {"jwt_expiration_time": SECONDS},
        "scheduler": {"task_instance_heartbeat_timeout": SECONDS // 5, "task_queued_timeout": SECONDS},
    },
}


def kubectl(*words: str, stdin: str | None = None) -> str:
    return kind.kubectl(f"--namespace={NAME}", *words, stdin=stdin)


def held(key: str) -> str:
    """What the keys' Secret holds."""
    data = json.loads(kubectl("get", "secret", f"{NAME}-keys", "--output=json"))["data"]
    return base64.b64decode(data[key]).decode()


def stored() -> bytes:
    """The connection's password as the database has it."""
    query = "select password from connection where conn_id = 'lake';"
    psql = ["exec", "-i", f"{NAME}-postgres-0", "--", "sh", "-c", f"{PSQL} -At"]
    return kubectl(*psql, stdin=query).strip().encode()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if kind.look() is not kind.State.RUNNING:
        bring_up(options.registry(), options.port())
    build.build_all(options.registry())
    publish.push_all(options.registry())
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    url = "postgres://ada:of-the-lake@lake.example.org/lake"
    for manifest in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAME, "labels": labels}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "reader"}, "data": {"reader.py": DAG}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "lake"}, "stringData": {"url": url}},
    ):
        kubectl("apply", "--filename=-", stdin=json.dumps(manifest))
    own = tmp_path_factory.mktemp("values") / "values.yaml"
    own.write_text(yaml.safe_dump(VALUES))
    files = [word for file in (KIND_VALUES, OVERLAY, own) for word in ("--values", str(file))]
    helm = [tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}"]
    process.run([*helm, "upgrade", "--install", NAME, str(CHART), *files, "--wait", "--timeout", "8m"])
    yield
    process.run([*helm, "uninstall", NAME, "--wait"])
    kind.kubectl("delete", "namespace", NAME)


def airflow() -> Airflow:
    """A session of its own: the pod that a forwarding leads to goes away with each restart."""
    return Airflow(f"http://127.0.0.1:{PORT}", "admin", held("admin-password"))


@pytest.fixture
def forwarded() -> Iterator[None]:
    forward = f"while :; do '{tools.path('kubectl')}' --kubeconfig={KUBECONFIG} --namespace={NAME} port-forward "
    forward += f"service/{NAME}-api-server {PORT}:8080; sleep 1; done"
    with subprocess.Popen(["sh", "-c", forward], start_new_session=True) as forwarding:
        time.sleep(5)
        yield
        os.killpg(forwarding.pid, signal.SIGTERM)


def test_a_running_task_and_what_it_reads_outlive_the_old_keys(release: None, forwarded: None) -> None:
    before = {key: held(key) for key in ("fernet-key", "jwt-secret")}
    assert Fernet(before["fernet-key"]).decrypt(stored()) == b"of-the-lake"
    wait_until(lambda: airflow().knows("reader"), "the DAG is known", 180)
    run = airflow().start("reader")
    wait_until(lambda: airflow().tasks("reader", run)[0]["state"] == "running", "the task runs", 180)

    where = [f"--release={NAME}", f"--namespace={NAME}", f"--kubeconfig={KUBECONFIG}"]
    CliRunner().invoke(commands, ["keys", "rotate", *where], catch_exceptions=False)

    assert {key: held(key) for key in before}.items().isdisjoint(before.items())
    assert Fernet(held("fernet-key")).decrypt(stored()) == b"of-the-lake"
    with pytest.raises(InvalidToken):
        Fernet(before["fernet-key"]).decrypt(stored())
    assert airflow().tasks("reader", run)[0]["state"] == "running"
    airflow().patch("/variables/stop", {"key": "stop", "value": "yes"})
    assert airflow().finish("reader", run) == "success"
    (task,) = airflow().tasks("reader", run)
    assert task["try_number"] == 1
    read = airflow().returned("reader", run, "read")
    assert read["passwords"] == ["of-the-lake"]
    assert read["times"] > SECONDS / 5
    assert airflow().finish("reader", airflow().start("reader")) == "success"
