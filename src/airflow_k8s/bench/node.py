"""What the node of the kind cluster has taken, in CPU-seconds and memory: all of it, or pod by pod."""

import json
import time
from collections.abc import Mapping
from typing import Any

from airflow_k8s.cluster import kind
from airflow_k8s.errors import UserError
from airflow_k8s.platform.namespace import NAMESPACE

IDLE_SECONDS = 30
"""How long the platform is watched at rest: what it takes then is no task's doing."""


def cpu() -> float:
    """CPU-seconds that the node has taken so far, all its pods among them.

    Raises:
        UserError: no cluster runs.
    """
    container = kind.node_container()
    if container is None:
        raise UserError("No cluster runs.", "Tasks are measured on its node.", "Run `make up` first.")
    stats: dict[str, Any] = container.stats(stream=False)  # type: ignore[assignment]  # no stream, so it is no iterator
    return int(stats["cpu_stats"]["cpu_usage"]["total_usage"]) / 1e9


def cpu_at_rest(seconds: float = IDLE_SECONDS) -> float:
    """CPU-seconds a second that the node takes while nobody asks anything of it."""
    before = cpu()
    time.sleep(seconds)
    return (cpu() - before) / seconds


def pods() -> dict[str, tuple[float, float]]:
    """CPU-seconds so far and MB in use of every pod of the platform, by component, as the kubelet counts them."""
    return by_component(summary())


def summary() -> dict[str, Any]:
    """What the kubelet counts (https://kubernetes.io/docs/reference/instrumentation/node-metrics/)."""
    return dict(json.loads(kind.kubectl("get", "--raw", f"/api/v1/nodes/{kind.NODE}/proxy/stats/summary")))


def by_component(summary: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """CPU-seconds and MB of the pods of our namespace.

    Args:
        summary: what the kubelet answers.

    Example:
        >>> cpu, memory = {"usageCoreNanoSeconds": 3_000_000_000}, {"workingSetBytes": 5_000_000}
        >>> by_component({"pods": [{"podRef": {"namespace": "airflow", "name": "airflow-scheduler-6f-x"}, "cpu": cpu,
        ...     "memory": memory}]})
        {'scheduler': (3.0, 5.0)}
    """
    found: dict[str, tuple[float, float]] = {}
    for pod in summary["pods"]:
        name = _component(pod["podRef"]["name"])
        if pod["podRef"]["namespace"] == NAMESPACE and name:
            seconds, megabytes = found.get(name, (0.0, 0.0))
            used = pod.get("cpu", {}).get("usageCoreNanoSeconds", 0) / 1e9
            found[name] = (seconds + used, megabytes + pod.get("memory", {}).get("workingSetBytes", 0) / 1e6)
    return found


COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "tracking", "log-store", "postgres")


def _component(pod: str) -> str | None:
    return next((name for name in COMPONENTS if pod.startswith(f"airflow-{name}-")), None)
