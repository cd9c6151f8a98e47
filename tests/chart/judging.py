"""Ask the judge (cluster/network/judge) which connections the rendered network policies let through."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.paths import TOOLS
from tests.chart.rendered import Object, Release

NAMESPACE = "airflow"


@dataclass(frozen=True)
class Peer:
    """Somebody at one end of a connection: a pod where it has a namespace, else a machine."""

    address: str
    namespace: str = ""
    labels: Mapping[str, str] | None = None

    def described(self) -> Object:
        """The peer in the judge's words."""
        inside = {
            "Namespace": self.namespace,
            "NamespaceLabels": {"kubernetes.io/metadata.name": self.namespace},
            "PodLabels": dict(self.labels or {}),
        }
        return {"IP": self.address, "Internal": inside if self.namespace else None}


@dataclass(frozen=True)
class Connection:
    """From whom, to whom, on which port: 5432, or "53/UDP"."""

    who: str
    whom: str
    port: str

    def __str__(self) -> str:
        return f"{self.who} to {self.whom}:{self.port}"


def let_through(release: Release, peers: Mapping[str, Peer], ports: list[str]) -> set[Connection]:
    """The connections that both ends' policies allow, of all between two peers on all these ports."""
    asked = [Connection(who, whom, port) for who, whom in product(peers, repeat=2) for port in ports if who != whom]
    question = {"Policies": _policies(release), "Traffic": [_described(one, peers) for one in asked]}
    verdicts = json.loads(process.run([built("judge")], stdin=json.dumps(question)))
    return {one for one, said in zip(asked, verdicts, strict=True) if said["Egress"] and said["Ingress"]}


def _policies(release: Release) -> list[Object]:
    """Its policies, where helm will put them."""
    found = release.all("NetworkPolicy").values()
    return [{**one, "metadata": {"namespace": NAMESPACE, **one["metadata"]}} for one in found]


def _described(one: Connection, peers: Mapping[str, Peer]) -> Object:
    number, _, protocol = one.port.partition("/")
    ends = {"Source": peers[one.who].described(), "Destination": peers[one.whom].described()}
    return {**ends, "ResolvedPort": int(number), "Protocol": protocol or "TCP"}


def built(program: str) -> Path:
    """A program, built by the first of the tests' processes that needs it."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / f"{program}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return tools.path(program)


def pods(release: Release) -> Iterator[tuple[str, Peer]]:
    """The pods of a release as peers, one of each component."""
    for number, (owner, pod) in enumerate(release.pods().items()):
        yield owner.split("/")[0], Peer(f"10.244.0.{number + 10}", NAMESPACE, pod.metadata["labels"])
