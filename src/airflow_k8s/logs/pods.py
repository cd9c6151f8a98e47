"""What a task's pod says of its log. Pure: a pod is the dictionary of its JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Pod = Mapping[str, Any]

CONTAINER = "base"
"""As the executor calls it."""


@dataclass(frozen=True)
class TaskPod:
    """A task's pod, as far as its log is concerned."""

    namespace: str
    name: str
    uid: str
    log: str
    """Where its log belongs, as Airflow names it."""

    @property
    def file(self) -> str:
        """Where this pod's part of the log belongs: no other pod has the same, whatever it says of itself."""
        return f"{self.log}.{self.uid}"


def task_pod(pod: Pod) -> TaskPod | None:
    """A pod with a task's log; None where it has none."""
    metadata, log = pod["metadata"], _log(pod)
    return TaskPod(metadata["namespace"], metadata["name"], metadata["uid"], log) if log else None


def has_begun(pod: Pod) -> bool:
    """Whether there is a log to read."""
    return bool({"running", "terminated"} & _state(pod).keys())


def has_ended(pod: Pod) -> bool:
    """Whether no further line will come."""
    return "terminated" in _state(pod) or pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def _state(pod: Pod) -> Mapping[str, Any]:
    statuses = pod.get("status", {}).get("containerStatuses") or []
    return next((status.get("state") or {} for status in statuses if status["name"] == CONTAINER), {})


def _log(pod: Pod) -> str | None:
    """The path in the workload that the executor gives the pod as its last argument."""
    arguments = [one.get("args") or [] for one in pod["spec"]["containers"] if one["name"] == CONTAINER]
    try:
        path = json.loads(arguments[0][-1])["log_path"]
    except (IndexError, ValueError, KeyError, TypeError):
        return None
    return path if isinstance(path, str) else None
