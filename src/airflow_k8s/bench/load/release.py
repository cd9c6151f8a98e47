"""A release of its own for the load bench, beside the platform that is there."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_k8s import process
from airflow_k8s.cluster import kind, tools
from airflow_k8s.errors import UserError
from airflow_k8s.paths import CHART, KUBECONFIG, OVERLAY
from airflow_k8s.platform.install import KIND_VALUES, USER
from airflow_k8s.platform.rest import Airflow, answers, wait_until
from airflow_k8s.platform.warehouse import PSQL
from airflow_k8s.progress import step
from airflow_k8s.release.keys import MAKERS
from airflow_k8s.tasks import quantities

HERE = Path(__file__).parent
NAME = "load"
"""Of the release and of its namespace."""


@dataclass(frozen=True)
class Platform:
    """The release, as this machine reaches it."""

    airflow: Airflow

    @property
    def execution(self) -> str:
        """The URL that tasks report to."""
        return f"{self.airflow.url}/execution"


def kubectl(*words: str, stdin: str | None = None) -> str:
    """Run kubectl in the namespace and return what it prints."""
    return kind.kubectl(f"--namespace={NAME}", *words, stdin=stdin)


@contextmanager
def installed() -> Iterator[Platform]:
    """The release for as long as the block runs; nothing of it is left afterwards.

    Raises:
        UserError: it does not come up.
    """
    try:
        with step("install a release for the load bench"):
            password = _prepare()
            install()
        yield _connect(password)
    finally:
        with step("remove it"), suppress(UserError):
            _helm("uninstall", NAME, "--wait")
            kind.kubectl("delete", "namespace", NAME, "--ignore-not-found")


def install(*options: str) -> None:
    """Install the release, or upgrade it with further options of helm."""
    files = (KIND_VALUES, OVERLAY, HERE / "values.yaml")
    values = [word for file in files for word in ("--values", str(file))]
    _helm("upgrade", "--install", NAME, str(CHART), *values, *options, "--wait", "--timeout=8m")


def stop(component: str) -> None:
    """Take the pod of a component that has one away."""
    kubectl("scale", f"statefulset/{NAME}-{component}", "--replicas=0")
    kubectl("wait", "--for=delete", f"pod/{NAME}-{component}-0", "--timeout=90s")


def free_cores() -> float:
    """Cores of the node that no pod has asked for."""
    node = json.loads(kind.kubectl("get", "node", kind.NODE, "--output=json"))["status"]["allocatable"]["cpu"]
    pods = json.loads(
        kind.kubectl("get", "pods", "--all-namespaces", f"--field-selector=spec.nodeName={kind.NODE}", "--output=json")
    )
    there = [pod for pod in pods["items"] if pod["status"]["phase"] in ("Pending", "Running")]
    asked = [one["resources"].get("requests", {}).get("cpu") for pod in there for one in pod["spec"]["containers"]]
    return (quantities.cores(node) - sum(quantities.cores(one) for one in asked if one)) / 1000


def sql(query: str) -> list[list[str]]:
    """What the release's database answers: the fields of each row."""
    shell = ["exec", "-i", f"{NAME}-postgres-0", "--", "sh", "-c", f"{PSQL} -At"]
    return [line.split("|") for line in kubectl(*shell, stdin=query).splitlines()]


def _prepare() -> str:
    """Make what the release wants to find, and return the password of its user."""
    keys = {name: make() for name, make in MAKERS.items()}
    url = f"postgresql://airflow:{keys['database-password']}@{NAME}-postgres:5432/airflow"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    files = {file.name: file.read_text() for file in (HERE / "dags").glob("*.py")}
    kind.kubectl("delete", "namespace", NAME, "--ignore-not-found")
    _create("Namespace", NAME, metadata={"name": NAME, "labels": labels})
    _create("ConfigMap", "load-dags", data=files)
    _create("Secret", "load-own-keys", stringData=keys)
    _create("Secret", "load-records", stringData={"url": url})
    return keys["admin-password"]


def _create(what: str, name: str, **fields: Any) -> None:
    made = {"apiVersion": "v1", "kind": what, "metadata": {"name": name}, **fields}
    words = [] if what == "Namespace" else [f"--namespace={NAME}"]
    kind.kubectl(*words, "create", "--filename=-", stdin=json.dumps(made))


def _connect(password: str) -> Platform:
    address = kubectl("get", "nodes", "--output=jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}")
    port = kubectl("get", "service", f"{NAME}-api-server", "--output=jsonpath={.spec.ports[0].nodePort}")
    url = f"http://{address}:{port}"
    wait_until(lambda: answers(url), f"Airflow answers at {url}", 120)
    airflow = Airflow(url, USER, password)
    wait_until(lambda: airflow.knows("real_20") and airflow.knows("simulated_1000"), "the DAGs are known", 180)
    time.sleep(10)  # what it does once after its start is over
    return Platform(airflow)


def _helm(*words: str) -> str:
    return process.run([tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAME}", *words])
