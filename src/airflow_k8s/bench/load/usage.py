"""CPU-seconds by component, as the kubelet counts them; its figures are some seconds old, and each tells how old."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow_k8s.bench import node
from airflow_k8s.bench.load.release import NAME
from airflow_k8s.cluster import kind

ALL, PODS = "node", "pods"
NODE, TASKS = "kubelet and containerd", "the task's container"
"""What is left of the node without its pods, and of the pods without those that stayed: tasks, which have gone."""

CONTROL = ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager")
COMPONENTS = (TASKS, NODE, *node.COMPONENTS, *CONTROL)


@dataclass(frozen=True)
class Clock:
    """CPU-seconds that something has taken, up to a moment (seconds since 1970)."""

    cpu: float
    moment: float


Reading = Mapping[str, Clock]
"""Everything at one look: components, other pods, all pods together, and the node."""


def read(after: float = 0) -> Reading:
    """Look at the node once all figures are newer than a moment.

    Args:
        after: seconds since 1970.
    """
    for _ in range(30):
        found = reading(node.summary())
        if min(clock.moment for clock in found.values()) >= after:
            break
        time.sleep(3)
    return found


def reading(summary: Mapping[str, Any]) -> Reading:
    """What the kubelet answers, by component.

    Example:
        >>> cpu = {"time": "1970-01-01T00:00:09Z", "usageCoreNanoSeconds": 3_000_000_000}
        >>> pod = {"podRef": {"namespace": "load", "name": "load-scheduler-6f-x"}, "cpu": cpu}
        >>> node = {"cpu": cpu, "systemContainers": [{"name": "pods", "cpu": cpu}]}
        >>> sorted(reading({"node": node, "pods": [pod]}))
        ['node', 'pods', 'scheduler']
    """
    (pods,) = [one for one in summary["node"]["systemContainers"] if one["name"] == PODS]
    named = [(_name(pod["podRef"]), pod) for pod in summary["pods"]]
    known = [(name, one["cpu"]) for name, one in named if "usageCoreNanoSeconds" in one.get("cpu", {})]
    return {name: _clock(cpu) for name, cpu in [*known, (PODS, pods["cpu"]), (ALL, summary["node"]["cpu"])]}


def _name(pod: Mapping[str, str]) -> str:
    whole = f"{pod['namespace']}/{pod['name']}"
    ours = {f"{NAME}/{NAME}-{name}-": name for name in node.COMPONENTS}
    controls = {f"kube-system/{name}-{kind.NODE}": name for name in CONTROL}
    return next((name for begin, name in {**ours, **controls}.items() if whole.startswith(begin)), whole)


def _clock(cpu: Mapping[str, Any]) -> Clock:
    return Clock(cpu["usageCoreNanoSeconds"] / 1e9, datetime.fromisoformat(cpu["time"]).timestamp())


def cores(before: Reading, after: Reading) -> dict[str, float]:
    """Cores that everything took between two looks, and the two rests.

    Example:
        >>> two = ({"node": Clock(0, 0), "pods": Clock(0, 0), "etcd": Clock(0, 0)},
        ...        {"node": Clock(5, 10), "pods": Clock(3, 10), "etcd": Clock(1, 10)})
        >>> cores(*two)["kubelet and containerd"], cores(*two)["the task's container"]
        (0.2, 0.2)
    """
    both = {name for name in after if name in before and after[name].moment > before[name].moment}
    rates = {
        name: (after[name].cpu - before[name].cpu) / (after[name].moment - before[name].moment) for name in sorted(both)
    }
    return _with_rests(rates)


def beyond(before: Reading, after: Reading, rest: Mapping[str, float]) -> dict[str, float]:
    """CPU-seconds of each component between two looks, beyond what it takes at rest.

    Args:
        before: a look.
        after: a later one.
        rest: cores of everything at rest, as ``cores`` tells them.
    """
    used = {
        name: clock.cpu - before[name].cpu - rest.get(name, 0) * (clock.moment - before[name].moment)
        for name, clock in after.items()
        if name in before
    }
    found = _with_rests(used)
    return {name: found[name] for name in COMPONENTS if name in found}


def _with_rests(amounts: Mapping[str, float]) -> dict[str, float]:
    stayed = sum(amount for name, amount in amounts.items() if name not in (ALL, PODS))
    return {**amounts, NODE: round(amounts[ALL] - amounts[PODS], 9), TASKS: round(amounts[PODS] - stayed, 9)}
