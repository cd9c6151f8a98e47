"""A platform that is watched: what the alerts and the dashboard ask for is there after one task."""

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_k8s import options, process
from airflow_k8s.cluster import kind, tools
from airflow_k8s.images import build, engine, publish
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.install import KIND_VALUES
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.up import bring_up
from tests.chart.test_metrics import EXPRESSIONS, KUBERNETES, metrics_of

NAME = "watched"
PORT = 18082
SECONDS_OF_GAUGES = 30
"""Seconds between two countings of tasks by the scheduler ([scheduler] ti_metrics_interval)."""

DAG = f"""
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("one_task", schedule=None):
    BashOperator(task_id="wait", bash_command="sleep {SECONDS_OF_GAUGES * 3 // 2}")
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
    "metrics": {"statsd": {"enabled": True}, "dashboard": {"enabled": True}},
}
NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": NAME, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one-task"}, "data": {"one_task.py": DAG}}
EXPORTER = """
FROM scratch
COPY statsd_exporter /bin/statsd_exporter
USER 65534
ENTRYPOINT ["/bin/statsd_exporter"]
"""
RARE = {
    "airflow_task_instances_without_heartbeats_killed",
    "airflow_ti_scheduled",
    "airflow_ti_queued",
    "airflow_ti_deferred",
}
"""What one task that goes well does not make, or not for so long that it must be seen."""


def kubectl(*words: str, stdin: str | None = None) -> str:
    return kind.kubectl(f"--namespace={NAME}", *words, stdin=stdin)


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The exporter's image, made like the official one, for registries that are not in reach."""
    folder, version = tmp_path_factory.mktemp("exporter"), tools.version("statsd_exporter")
    shutil.copy(tools.path("statsd_exporter"), folder)
    (folder / "Dockerfile").write_text(EXPORTER)
    repository = f"{options.registry()}/airflow-k8s/statsd"
    engine.client().images.build(path=str(folder), tag=f"{repository}:{version}", rm=True)
    return {"repository": repository, "tag": version, "digest": engine.push(repository, version)}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, exporter: dict[str, str]) -> Iterator[None]:
    """The release in a namespace of its own: two schedulers in one would adopt each other's pods."""
    if kind.look() is not kind.State.RUNNING:
        bring_up(options.registry(), options.port())
    build.build_all(options.registry())
    publish.push_all(options.registry())
    kind.kubectl("apply", "--filename=-", stdin=json.dumps(NAMESPACE))
    kubectl("apply", "--filename=-", stdin=json.dumps(CONFIG_MAP))
    _helm("upgrade", "--install", NAME, str(CHART), *_files(tmp_path_factory.mktemp("values"), exporter), "--wait")
    yield
    _helm("uninstall", NAME, "--wait")
    kind.kubectl("delete", "namespace", NAME)


def _files(folder: Path, exporter: dict[str, str]) -> list[str]:
    """Helm's words for the values."""
    (folder / "values.yaml").write_text(yaml.safe_dump({**VALUES, "images": {"statsd": exporter}}))
    return [f"--values={file}" for file in (KIND_VALUES, OVERLAY, folder / "values.yaml")]


def _helm(*words: str) -> None:
    process.run([tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}", *words, "--timeout=8m"])


@pytest.fixture(scope="module")
def airflow(release: None) -> Iterator[Airflow]:
    forward = [tools.path("kubectl"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}", "port-forward"]
    with subprocess.Popen([*forward, f"service/{NAME}-api-server", f"{PORT}:8080"]) as forwarding:
        time.sleep(3)
        password = kubectl("get", "secret", f"{NAME}-keys", "--output=jsonpath={.data.admin-password}")
        yield Airflow(f"http://127.0.0.1:{PORT}", "admin", base64.b64decode(password).decode())
        forwarding.terminate()


@pytest.fixture(scope="module")
def scraped(airflow: Airflow) -> str:
    """What the exporter shows after one task that went well."""
    wait_until(lambda: airflow.knows("one_task"), "the DAG is known", 180)
    assert airflow.finish("one_task", airflow.start("one_task")) == "success"
    time.sleep(2)  # longer than the exporter keeps things back
    return kind.kubectl("get", "--raw", f"/api/v1/namespaces/{NAME}/services/{NAME}-metrics:metrics/proxy/metrics")


def test_what_alerts_and_dashboard_ask_for_is_there(scraped: str) -> None:
    asked = {name for expression in EXPRESSIONS for name in metrics_of(expression)} - {*KUBERNETES, *RARE}
    assert asked - set(re.findall(r"^(\w+)", scraped, re.MULTILINE)) == set()


def test_the_task_itself_told_how_it_ended(scraped: str) -> None:
    (line,) = [one for one in scraped.splitlines() if one.startswith("airflow_ti_finish{")]
    assert 'dag_id="one_task"' in line
    assert 'state="success"' in line
    assert line.endswith(" 1")
