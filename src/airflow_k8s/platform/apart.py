"""Releases beside the platform, for scenarios and for the load bench: made from this checkout, and removed again.

Each is in a namespace of its own, for two schedulers in one would adopt each other's pods.
"""

import base64
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import yaml

from airflow_k8s import options, process
from airflow_k8s.cluster import kind, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import build, publish
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.install import KIND_VALUES, USER
from airflow_k8s.platform.rest import Airflow, answers, wait_until
from airflow_k8s.platform.warehouse import PSQL
from airflow_k8s.up import bring_up

Values = dict[str, Any]

Secrets = dict[str, dict[str, str]]
"""What is in Secrets, by their names."""

ALONE = Path(__file__).with_name("alone.yaml")
FILES = (KIND_VALUES, ALONE, OVERLAY)

RECORDED: Values = {
    "tracking": {"connection": "usage"},
    "declare": {"connections": {"usage": {"name": "usage", "key": "url"}}},
}
"""Values for a record of every try in the platform's own database; they want the Secrets of `secrets_of`."""


def with_dag(name: str) -> Values:
    """Values that put the DAG file of `installed` where Airflow looks: ``name`` is the file's, without ``.py``."""
    path = f"/opt/airflow/dags/{name}.py"
    file = {
        "volumes": [{"name": "file", "configMap": {"name": "dag"}}],
        "volumeMounts": [{"name": "file", "mountPath": path, "subPath": "dag.py"}],
    }
    return {"dagProcessor": file, "tasks": file}


def secrets_of(name: str, user: str = "airflow", host: str = "", database: str = "airflow") -> Secrets:
    """The Secrets of a release with `RECORDED`: its database's password, and the connection to the records with it."""
    password = token_urlsafe(16)
    url = f"postgresql://{user}:{password}@{host or f'{name}-postgres'}:5432/{database}"
    return {f"{name}-keys": {"database-password": password}, "usage": {"url": url}}


@dataclass(frozen=True)
class Release:
    """A release, and the namespace that is called as it is."""

    name: str

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """What kubectl says in its namespace."""
        return kind.kubectl(f"--namespace={self.name}", *words, stdin=stdin)

    def helm(self, *words: str | Path) -> str:
        """What helm says there."""
        return process.run([tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={self.name}", *words])

    def apply(self, kind_of: str, name: str, **fields: Any) -> None:
        """Make an object, or give it these fields; it has its name as its label ``app``.

        It is one of the core API unless ``apiVersion`` is among the fields.
        """
        manifest = {"apiVersion": "v1", "kind": kind_of, "metadata": {"name": name, "labels": {"app": name}}, **fields}
        self.kubectl("apply", "--filename=-", stdin=json.dumps(manifest))

    def upgrade(self, values: Values, *words: str, chart: Path = CHART, files: tuple[Path, ...] = FILES) -> None:
        """Install it or bring it up to date, over what is in the files, and wait until everything runs."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as own:
            yaml.safe_dump(values, own)
            given = [f"--values={file}" for file in (*files, own.name)]
            self.helm("upgrade", "--install", self.name, chart, *given, "--wait", "--timeout=8m", *words)

    def secret(self, key: str) -> str:
        """One of the keys that the chart made."""
        said = self.kubectl("get", "secret", f"{self.name}-keys", f"--output=jsonpath={{.data.{key}}}")
        return base64.b64decode(said).decode()

    def sql(self, query: str) -> list[list[str]]:
        """What the bundled database answers: the fields of each row."""
        words = ("exec", "-i", f"{self.name}-postgres-0", "--", "sh", "-c", f"{PSQL} -At")
        return [line.split("|") for line in self.kubectl(*words, stdin=query).splitlines()]

    def json(self, *words: str) -> Any:
        """What kubectl gets, as data."""
        return json.loads(self.kubectl("get", *words, "--output=json"))

    @contextmanager
    def signed_in(self, user: str = USER) -> Iterator[Airflow]:
        """A session with an API server that is ready now; it ends with that server."""
        self.kubectl("rollout", "status", f"deployment/{self.name}-api-server", "--timeout=300s")
        with self.forwarded(f"{self.name}-api-server", 8080) as url:
            wait_until(lambda: answers(url), f"Airflow answers at {url}", 60)
            yield Airflow(url, user, self.secret("admin-password"))

    @contextmanager
    def forwarded(self, service: str, port: int, local: str = "") -> Iterator[str]:
        """The address here, on a port of its own or a local one that is wanted, of a Service's port."""
        place: list[str | Path] = [tools.path("kubectl"), f"--kubeconfig={KUBECONFIG}", f"--namespace={self.name}"]
        command = [*place, "port-forward", f"service/{service}", f"{local}:{port}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
            said = forwarding.stdout.readline() if forwarding.stdout else ""
            try:
                yield f"http://{_forwards_from(said, service)}"
            finally:
                forwarding.terminate()


def _forwards_from(said: str, service: str) -> str:
    """The address in what kubectl says first: Forwarding from 127.0.0.1:40123 -> 8080."""
    if not (found := re.search(r"127\.0\.0\.1:\d+", said)):
        raise UserError(
            f"The service {service} cannot be reached from here.",
            "kubectl port-forward has ended; its words are above.",
            "See whether its pods are ready, and whether the port is free.",
        )
    return found[0]


@contextmanager
def namespace(name: str, dag: str = "", secrets: Secrets | None = None) -> Iterator[Release]:
    """A namespace for a release that is not there yet, on a cluster that has the images; removed with all in it.

    Args:
        name: of both.
        dag: a DAG file for `with_dag`.
        secrets: Secrets to make, by name.
    """
    if kind.look() is not kind.State.RUNNING:
        bring_up(options.registry(), options.port())
    build.build_all(options.registry())
    publish.push_all(options.registry())
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    kind.kubectl("apply", "--filename=-", stdin=json.dumps(manifest))
    release = Release(name)
    try:
        release.apply("ConfigMap", "dag", data={"dag.py": dag})
        for secret, content in (secrets or {}).items():
            release.apply("Secret", secret, stringData=content)
        yield release
    finally:
        release.helm("uninstall", name, "--ignore-not-found", "--no-hooks")
        kind.kubectl("delete", "namespace", name)


@contextmanager
def installed(
    name: str,
    values: Values,
    dag: str = "",
    secrets: Secrets | None = None,
    files: tuple[Path, ...] = FILES,
) -> Iterator[Release]:
    """As `namespace`, with the chart installed there, with these values over those in the files."""
    with namespace(name, dag, secrets) as release:
        release.upgrade(values, files=files)
        yield release
