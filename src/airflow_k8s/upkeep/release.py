"""A release on some cluster, and the pods of it that are looked at or stopped."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError

SERVERS = ("api-server", "dag-processor", "execution-api", "scheduler", "tracking", "triggerer")
"""The components that write to the database."""
NAMESPACES = "AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE_NAMESPACE_LIST"
SECONDS_TO_STOP = 300


@dataclass(frozen=True)
class Release:
    """Where it is.

    Args:
        name: the name that helm knows.
        namespace: where its objects are.
        kubeconfig: the file, or the files, that lead to its cluster.
    """

    name: str
    namespace: str
    kubeconfig: str

    @property
    def env(self) -> dict[str, str]:
        """The variable that leads kubectl to the cluster."""
        return {"KUBECONFIG": self.kubeconfig}

    def command(self, *words: str) -> list[str]:
        """A command of kubectl in the namespace."""
        return [str(tools.path("kubectl")), f"--namespace={self.namespace}", *words]

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """Run kubectl in the namespace and return what it prints."""
        return process.run(self.command(*words), env=self.env, stdin=stdin)

    def selector(self, *components: str) -> str:
        """The option that selects what belongs to these components of the release."""
        return (
            f"--selector=app.kubernetes.io/instance={self.name},app.kubernetes.io/component in ({','.join(components)})"
        )

    def found(self, kind: str, *components: str) -> list[Any]:
        """The objects of a kind that belong to these components."""
        return list(json.loads(self.kubectl("get", kind, self.selector(*components), "--output=json"))["items"])

    def config(self) -> dict[str, str]:
        """Airflow's configuration, as its pods see it."""
        return {name: text for found in self.found("configmaps", "config") for name, text in found["data"].items()}


def idle(release: Release) -> None:
    """See that no task has a pod.

    Raises:
        UserError: some have; names a few of them.
    """
    everywhere = [replace(release, namespace=namespace) for namespace in task_namespaces(release)]
    names = [pod["metadata"]["name"] for there in everywhere for pod in there.found("pods", "task-pod")]
    if names:
        raise UserError(
            f"{len(names)} tasks have pods: {', '.join(names[:3])}{', …' if len(names) > 3 else ''}.",
            "Their results would be lost, and new tasks may come.",
            "Pause the DAGs, wait until the pods are gone, and run it again.",
        )


def task_namespaces(release: Release) -> list[str]:
    """Where its tasks run: what its configuration says, else where it is itself."""
    return release.config().get(NAMESPACES, release.namespace).split(",")


@contextmanager
def stopped(release: Release) -> Iterator[None]:
    """Keep the servers at no replica while the block runs; then they have what they had, however it ended."""
    had = replicas(release.found("deployments", *SERVERS))
    try:
        for name in had:
            release.kubectl("scale", "deployment", name, "--replicas=0")
        pods = ("pod", release.selector(*SERVERS))
        release.kubectl("wait", "--for=delete", *pods, f"--timeout={SECONDS_TO_STOP}s")
        yield
    finally:
        for name, count in had.items():
            release.kubectl("scale", "deployment", name, f"--replicas={count}")


def replicas(deployments: list[Mapping[str, Any]]) -> dict[str, int]:
    """How many pods each Deployment wants, by name.

    Raises:
        UserError: there is none, or one that wants no pod: what it wanted before is then unknown.
    """
    wanted = {one["metadata"]["name"]: int(one["spec"]["replicas"]) for one in deployments}
    if not wanted:
        raise UserError(
            "There are no servers to stop.", "The namespace has no such release.", "See --release and --namespace."
        )
    if at_none := [name for name, count in wanted.items() if not count]:
        raise UserError(
            f"{', '.join(at_none)} is at 0 replicas.",
            "We could not tell how many to start again.",
            "Bring it back with kubectl scale deployment NAME --replicas=1, and run it again.",
        )
    return wanted
