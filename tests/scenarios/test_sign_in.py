"""FAB, the sign-in of real sites: the first user is made on request and may use the REST API."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from airflow_k8s import options
from airflow_k8s.cluster import tools
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.namespace import NAMESPACE, RELEASE, helm, kubectl, secret
from airflow_k8s.platform.rest import Airflow
from airflow_k8s.platform.warehouse import PSQL
from airflow_k8s.up import bring_up

NAME = "fab"
PORT = 18080
ASLEEP = {"replicas": 0}
VALUES = {
    "signIn": {"manager": "fab", "firstUser": "ada"},
    "postgres": {"enabled": False},
    "database": {"host": f"{RELEASE}-postgres", "name": NAME, "passwordSecret": {"name": f"{NAME}-database"}},
    **dict.fromkeys(("scheduler", "dagProcessor", "triggerer"), ASLEEP),
}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A platform with FAB on a database of its own, reached through a port of this machine."""
    bring_up(options.registry(), options.port())
    kubectl("exec", "-i", f"{RELEASE}-postgres-0", "--", "sh", "-c", PSQL, stdin=f"CREATE DATABASE {NAME};")
    password = {"password": secret(f"{RELEASE}-keys", "database-password")}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"{NAME}-database"}, "stringData": password}
    kubectl("apply", "--filename=-", stdin=json.dumps(manifest))
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(VALUES))
    helm("upgrade", "--install", NAME, str(CHART), "-f", str(OVERLAY), "-f", str(file), "--wait", "--timeout", "8m")
    forward = [tools.path("kubectl"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAMESPACE}", "port-forward"]
    with subprocess.Popen([*forward, f"service/{NAME}-api-server", f"{PORT}:8080"]) as forwarding:
        time.sleep(3)
        yield f"http://127.0.0.1:{PORT}"
        forwarding.terminate()
    helm("uninstall", NAME, "--wait")
    kubectl("delete", "secret", f"{NAME}-database", f"{NAME}-keys")
    drop = f"DROP DATABASE {NAME} WITH (FORCE);"
    kubectl("exec", "-i", f"{RELEASE}-postgres-0", "--", "sh", "-c", PSQL, stdin=drop)


def test_the_first_user_signs_in_and_sees_the_platform(address: str) -> None:
    ada = Airflow(address, "ada", secret(f"{NAME}-keys", "admin-password"))
    assert ada.get("/monitor/health")["metadatabase"]["status"] == "healthy"
