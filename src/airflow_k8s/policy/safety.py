"""What no pod of a task may have, whoever writes it: the platform's namespace would refuse it, only later."""

from collections.abc import Iterator

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


def check(pod: k8s.V1Pod) -> None:
    """Refuse a pod that reaches beyond its task.

    Args:
        pod: what a task says under ``pod_override``.

    Raises:
        RequestError: the first thing in it that cannot be.
    """
    for what, why in _reasons(pod):
        raise RequestError(f"pod_override {what}.", why, "Leave it out, or ask those who run this Airflow.")


def _reasons(pod: k8s.V1Pod) -> Iterator[tuple[str, str]]:
    if pod.metadata and pod.metadata.namespace:
        yield f"names the namespace {shown(pod.metadata.namespace)}", "The platform decides where tasks run."
    spec = pod.spec
    if not spec:
        return
    for field in HOST:
        if getattr(spec, field):
            yield f"asks for {spec.attribute_map[field]}", "A task does not see the node that it runs on."
    for volume in spec.volumes or []:
        kind = next((kind for kind in volume.attribute_map if kind != "name" and getattr(volume, kind)), "empty_dir")
        if kind not in VOLUMES:
            yield (
                f"has the volume {shown(volume.name)} of the kind {volume.attribute_map[kind]}",
                "A task does not see the node's files, nor mounts what the platform does not know.",
            )
    for container in [*(spec.init_containers or []), *(spec.containers or [])]:
        yield from _more_rights(container)


def _more_rights(container: k8s.V1Container) -> Iterator[tuple[str, str]]:
    rights = container.security_context
    why = "Tasks run as any user, without rights over the node."
    if not rights:
        return
    for field in ("privileged", "allow_privilege_escalation"):
        if getattr(rights, field):
            yield f"makes the container {shown(container.name)} {rights.attribute_map[field]}", why
    if rights.run_as_user == 0 or rights.run_as_non_root is False:
        yield f"lets the container {shown(container.name)} run as root", why
    if rights.capabilities and set(rights.capabilities.add or []) - {"NET_BIND_SERVICE"}:
        yield f"adds capabilities to the container {shown(container.name)}", why
