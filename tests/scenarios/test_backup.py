"""A platform whose database is backed up, loses something, and has it again."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from airflow_k8s import options, process
from airflow_k8s.cli import commands
from airflow_k8s.cluster import kind, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import build, publish
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.install import KIND_VALUES
from airflow_k8s.platform.rest import Airflow
from airflow_k8s.platform.warehouse import PSQL
from airflow_k8s.up import bring_up

NAME = "backup"
PORT = 18082
VALUES = {
    "apiServer": {"service": {"type": "ClusterIP", "nodePort": None}},
    "dags": {"volume": {"claim": ""}},
    "tracking": {"connection": ""},
}
NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": NAME, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
WHERE = [f"--release={NAME}", f"--namespace={NAME}", f"--kubeconfig={KUBECONFIG}"]


def kubectl(*words: str, stdin: str | None = None) -> str:
    return kind.kubectl(f"--namespace={NAME}", *words, stdin=stdin)


def sql(query: str) -> str:
    return kubectl("exec", "-i", f"{NAME}-postgres-0", "--", "sh", "-c", f"{PSQL} -At", stdin=query)


def replicas() -> dict[str, int]:
    found = json.loads(kubectl("get", "deployments", "--output=json"))["items"]
    return {one["metadata"]["name"]: one["spec"]["replicas"] for one in found}


def restore(file: Path) -> None:
    CliRunner().invoke(commands, ["database", "restore", str(file), "--yes", *WHERE], catch_exceptions=False)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The release in a namespace of its own: its database is taken from under its servers."""
    if kind.look() is not kind.State.RUNNING:
        bring_up(options.registry(), options.port())
    build.build_all(options.registry())
    publish.push_all(options.registry())
    kind.kubectl("apply", "--filename=-", stdin=json.dumps(NAMESPACE))
    own = tmp_path_factory.mktemp("values") / "values.yaml"
    own.write_text(yaml.safe_dump(VALUES))
    files = [word for file in (KIND_VALUES, OVERLAY, own) for word in ("--values", str(file))]
    helm: list[str | Path] = [tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}"]
    process.run([*helm, "upgrade", "--install", NAME, str(CHART), *files, "--wait", "--timeout", "8m"])
    yield
    process.run([*helm, "uninstall", NAME, "--wait"])
    kind.kubectl("delete", "namespace", NAME)


@contextmanager
def signed_in() -> Iterator[Airflow]:
    """A session with the API server that runs now; a restore ends it."""
    kubectl("rollout", "status", f"deployment/{NAME}-api-server", "--timeout=180s")
    password = kubectl("get", "secret", f"{NAME}-keys", "--output=jsonpath={.data.admin-password}")
    forward: list[str | Path] = [
        tools.path("kubectl"),
        f"--kubeconfig={KUBECONFIG}",
        f"--namespace={NAME}",
        "port-forward",
    ]
    with subprocess.Popen([*forward, f"service/{NAME}-api-server", f"{PORT}:8080"]) as forwarding:
        time.sleep(3)
        yield Airflow(f"http://127.0.0.1:{PORT}", "admin", base64.b64decode(password).decode())
        forwarding.terminate()


@pytest.fixture(scope="module")
def dump(release: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup from when there was a variable, which was deleted after it."""
    file = tmp_path_factory.mktemp("backup") / "airflow.dump"
    with signed_in() as airflow:
        airflow.post("/variables", {"key": "kept", "value": "a long story"})
        CliRunner().invoke(commands, ["database", "backup", str(file), *WHERE], catch_exceptions=False)
        airflow.delete("/variables/kept")
    return file


def test_a_dump_of_another_airflow_is_refused_and_changes_nothing(dump: Path) -> None:
    before = replicas()
    (revision,) = sql("select version_num from alembic_version;").split()
    sql("update alembic_version set version_num = 'another';")
    with pytest.raises(UserError, match=f"revision .*{revision}.*; the database has .*another"):
        restore(dump)
    sql(f"update alembic_version set version_num = '{revision}';")  # noqa: S608 - it was read there
    assert replicas() == before


def test_a_dump_that_was_cut_off_is_refused_and_changes_nothing(dump: Path, tmp_path: Path) -> None:
    before, variables = replicas(), sql("select count(*) from dag_run; select count(*) from variable;")
    cut = tmp_path / "cut.dump"
    cut.write_bytes(dump.read_bytes()[:-2000])
    with pytest.raises(UserError):
        restore(cut)
    assert replicas() == before
    assert sql("select count(*) from dag_run; select count(*) from variable;") == variables


def test_what_was_lost_is_there_again_and_the_servers_run(dump: Path) -> None:
    before = replicas()
    assert sql("select key from variable;").split() == []
    restore(dump)
    assert replicas() == before
    with signed_in() as airflow:
        assert airflow.get("/variables/kept")["value"] == "a long story"
    for server in before:
        kubectl("rollout", "status", f"deployment/{server}", "--timeout=180s")
