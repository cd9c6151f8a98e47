"""A release of its own for the load bench, beside the platform that is there."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from airflow_k8s.cluster import kind
from airflow_k8s.platform import apart
from airflow_k8s.platform.apart import RECORDED, Release, Values
from airflow_k8s.platform.install import USER
from airflow_k8s.platform.rest import Airflow, answers, wait_until
from airflow_k8s.progress import step
from airflow_k8s.tasks import quantities

HERE = Path(__file__).parent
NAME = "load"
"""Of the release and of its namespace."""

REAL, SIMULATED = (20, 60, 100), (200, 500, 1000)
"""Tasks of the fan-outs: on this node, and on the simulated one."""

FAN_OUTS = {"LOAD_REAL": json.dumps(REAL), "LOAD_SIMULATED": json.dumps(SIMULATED)}
"""What dag.py makes DAGs of."""

VALUES: Values = {**RECORDED, **{who: {**file, "env": FAN_OUTS} for who, file in apart.with_dag("load").items()}}


@dataclass(frozen=True)
class Platform:
    """The release, as this machine reaches it.

    Args:
        release: in the cluster.
        airflow: a session with its API server.
    """

    release: Release
    airflow: Airflow

    @property
    def execution(self) -> str:
        """The URL that tasks report to."""
        return f"{self.airflow.url}/execution"


@contextmanager
def installed() -> Iterator[Platform]:
    """The release for as long as the block runs; nothing of it is left afterwards.

    Raises:
        UserError: it does not come up.
    """
    dag, files = (HERE / "dag.py").read_text(), (*apart.FILES, HERE / "values.yaml")
    with apart.namespace(NAME, dag, apart.secrets_of(NAME)) as release:
        with step("install a release for the load bench"):
            release.upgrade(VALUES, files=files)
        yield _connect(release)


def stop(release: Release, component: str) -> None:
    """Take the pod of a component that has one away."""
    release.kubectl("scale", f"statefulset/{NAME}-{component}", "--replicas=0")
    release.kubectl("wait", "--for=delete", f"pod/{NAME}-{component}-0", "--timeout=90s")


def free_cores() -> float:
    """Cores of the node that no pod has asked for."""
    node = json.loads(kind.kubectl("get", "node", kind.NODE, "--output=json"))["status"]["allocatable"]["cpu"]
    pods = json.loads(
        kind.kubectl("get", "pods", "--all-namespaces", f"--field-selector=spec.nodeName={kind.NODE}", "--output=json")
    )
    there = [pod for pod in pods["items"] if pod["status"]["phase"] in ("Pending", "Running")]
    asked = [one["resources"].get("requests", {}).get("cpu") for pod in there for one in pod["spec"]["containers"]]
    return (quantities.cores(node) - sum(quantities.cores(one) for one in asked if one)) / 1000


def _connect(release: Release) -> Platform:
    """By a port of the node: a forwarding of kubectl's would be what is measured."""
    nodes, service = release.json("nodes"), release.json("service", f"{NAME}-api-server")
    (address,) = [one["address"] for one in nodes["items"][0]["status"]["addresses"] if one["type"] == "InternalIP"]
    url = f"http://{address}:{service['spec']['ports'][0]['nodePort']}"
    wait_until(lambda: answers(url), f"Airflow answers at {url}", 120)
    airflow = Airflow(url, USER, release.secret("admin-password"))
    wait_until(lambda: airflow.knows(f"simulated_{SIMULATED[-1]}"), "the DAGs are known", 180)
    time.sleep(10)  # what it does once after its start is over
    return Platform(release, airflow)
