"""What no pod of a task may have, whoever writes it: the platform's namespace would refuse it, only later."""

from collections.abc import Iterator, Mapping

from kubernetes.client import models as k8s

from airflow_k8s.tasks import RequestError
from airflow_k8s.tasks.mistakes import shown

HOST = ("host_network", "host_pid", "host_ipc")
"""Fields of a pod that let it see the node."""

VOLUMES = (
    "config_map",
    "csi",
    "downward_api",
    "empty_dir",
    "ephemeral",
    "persistent_volume_claim",
    "projected",
    "secret",
)
"""Kinds of volumes that the profile `restricted` lets pods have.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

OURS = "airflow-k8s/"
"""How the platform's own labels begin."""

TAKEN = frozenset(
    {
        *(f"app.kubernetes.io/{word}" for word in ("name", "instance", "component")),
        *("dag_id", "task_id", "run_id", "map_index", "try_number", "logical_date", "airflow_version"),
        *("airflow-worker", "airflow_executor_done", "kubernetes_executor"),
    }
)
"""Labels and annotations by which Kubernetes and Airflow's executor tell whose a pod is."""

RIGHTS = "Tasks run as any user, without rights over the node."


def check(pod: k8s.V1Pod, labels: Mapping[str, str]) -> None:
    """Refuse a pod that reaches beyond its task.

    Args:
        pod: what a task says under ``pod_override``.
        labels: what the platform sets itself.

    Raises:
        RequestError: the first thing in it that cannot be.
    """
    for what, why in _reasons(pod, labels):
        raise RequestError(f"pod_override {what}.", why, "Leave it out, or ask those who run this Airflow.")


def _reasons(pod: k8s.V1Pod, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if pod.metadata and pod.metadata.namespace:
        yield f"names the namespace {shown(pod.metadata.namespace)}", "The platform decides where tasks run."
    yield from _borrowed_names(pod, labels)
    spec = pod.spec
    if not spec:
        return
    for field in HOST:
        if getattr(spec, field):
            yield f"asks for {spec.attribute_map[field]}", "A task does not see the node that it runs on."
    if spec.security_context and _is_root(spec.security_context):
        yield "lets its containers run as root", RIGHTS
    for volume in spec.volumes or []:
        kind = next((kind for kind in volume.attribute_map if kind != "name" and getattr(volume, kind)), "empty_dir")
        if kind not in VOLUMES:
            yield (
                f"has the volume {shown(volume.name)} of the kind {volume.attribute_map[kind]}",
                "A task does not see the node's files, nor mounts what the platform does not know.",
            )
    for container in [*(spec.init_containers or []), *(spec.containers or [])]:
        yield from _more_rights(container)


def _borrowed_names(pod: k8s.V1Pod, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Under another pod's labels it would get that pod's requests, and its costs would be somebody else's."""
    for kind in ("labels", "annotations"):
        for name, value in (getattr(pod.metadata, kind, None) or {}).items():
            if (name.startswith(OURS) or name in TAKEN) and labels.get(name) != value:
                yield f"sets {shown(name)} among its {kind}", "The platform sets it, and goes by it."


def _more_rights(container: k8s.V1Container) -> Iterator[tuple[str, str]]:
    rights = container.security_context
    if not rights:
        return
    for field in ("privileged", "allow_privilege_escalation"):
        if getattr(rights, field):
            yield f"makes the container {shown(container.name)} {rights.attribute_map[field]}", RIGHTS
    if _is_root(rights):
        yield f"lets the container {shown(container.name)} run as root", RIGHTS
    if rights.capabilities and set(rights.capabilities.add or []) - {"NET_BIND_SERVICE"}:
        yield f"adds capabilities to the container {shown(container.name)}", RIGHTS


def _is_root(rights: k8s.V1SecurityContext | k8s.V1PodSecurityContext) -> bool:
    return bool(rights.run_as_user == 0 or rights.run_as_non_root is False)
