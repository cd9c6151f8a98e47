"""What Kubernetes knows of a task's pod, and what it says of a failure. Pure: a pod is the dictionary of its JSON."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from airflow_k8s.tasks.teams import TEAM
from airflow_k8s.tracking import record

Pod = Mapping[str, Any]
Facts = dict[str, Any]

CONTAINER = "base"

DISRUPTIONS = {
    "EvictionByEvictionAPI": "evicted",
    "TerminationByKubelet": "evicted",
    "PreemptionByScheduler": "preempted",
    "DeletionByTaintManager": "node_lost",
    "DeletionByPodGC": "node_lost",
}
"""https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions"""

NO_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ImageInspectError"})


def facts(pod: Pod) -> Facts | None:
    """What a pod tells of a try, as ``table.tell_of_pod`` takes it; None where it is no task's pod.

    Args:
        pod: the JSON of a pod.
    """
    notes = pod["metadata"].get("annotations") or {}
    if not {"dag_id", "task_id", "run_id", "try_number"} <= notes.keys():
        return None
    words = last_words(pod)
    reason, error = why(pod)
    return {
        **{name: notes[name] for name in ("dag_id", "task_id", "run_id")},
        "try_number": int(notes["try_number"]),
        "map_index": int(notes.get("map_index", -1)),
        **_place(pod),
        **{name: words.get(name) for name in ("cpu_seconds", "memory_peak")},
        "reason": reason or words.get("reason"),
        "error": words.get("error") or error,
        "since": deletion_asked(pod),
    }


def is_over(pod: Pod) -> bool:
    """Whether its container has ended: what becomes of the pod afterwards says nothing about the task."""
    return bool(_ended(pod)) or pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def why(pod: Pod) -> tuple[str | None, str | None]:
    """Why a pod's task cannot have ended well, as a record's reason and Kubernetes' own words; None twice if it can.

    Example:
        >>> why({"metadata": {}, "status": {"phase": "Failed", "reason": "Evicted", "message": "low on disk"}})
        ('evicted', 'low on disk')
    """
    return next(_causes(pod), (None, None))


def _causes(pod: Pod) -> Iterator[tuple[str, str | None]]:
    """All that speaks for a cause, the surest first."""
    status, ended = pod.get("status", {}), _ended(pod)
    waiting = _container(pod).get("state", {}).get("waiting", {})
    conditions = {one["type"]: one for one in status.get("conditions") or []}
    if ended.get("reason") == "OOMKilled" or last_words(pod).get("oom_kills"):
        yield "oom_killed", None
    if status.get("reason") == "Evicted":
        yield "evicted", status.get("message")
    disrupted = conditions.get("DisruptionTarget", {})
    if disrupted.get("status") == "True" and disrupted.get("reason") in DISRUPTIONS:
        yield DISRUPTIONS[disrupted["reason"]], disrupted.get("message")
    if waiting.get("reason") in NO_IMAGE:
        yield "image_pull", waiting.get("message") or waiting["reason"]
    if conditions.get("PodScheduled", {}).get("reason") == "Unschedulable":
        yield "unschedulable", conditions["PodScheduled"].get("message")
    if _was_deleted(pod):
        yield "deleted", None
    if ended.get("exitCode"):
        yield "killed", f"Its pod ended with exit code {ended['exitCode']}."


def deletion_asked(pod: Pod) -> datetime | None:
    """When somebody asked to delete it; the date in the pod is that by which it must be gone."""
    metadata = pod["metadata"]
    if not metadata.get("deletionTimestamp"):
        return None
    grace = timedelta(seconds=metadata.get("deletionGracePeriodSeconds") or 0)
    return datetime.fromisoformat(metadata["deletionTimestamp"]) - grace


def last_words(pod: Pod) -> dict[str, Any]:
    """What the pod left of itself (``last_words.py``); empty where it left nothing."""
    try:
        words = json.loads(_ended(pod).get("message") or "{}")
    except ValueError:
        return {}  # the last lines of a log, where the supervisor failed
    return words if isinstance(words, dict) else {}


def _was_deleted(pod: Pod) -> bool:
    """Whether it was deleted before its container had ended; afterwards the scheduler does so itself."""
    asked, finished = deletion_asked(pod), _ended(pod).get("finishedAt")
    return asked is not None and (finished is None or datetime.fromisoformat(finished) > asked)


def _place(pod: Pod) -> Facts:
    container = next(one for one in pod["spec"]["containers"] if one["name"] == CONTAINER)
    asked = container.get("resources", {}).get("requests") or {}
    image, digest = record.split(container["image"])
    pulled = record.split(_container(pod).get("imageID") or "")[1]
    return {
        "pod": pod["metadata"]["name"],
        "node": pod["spec"].get("nodeName"),
        "team": (pod["metadata"].get("labels") or {}).get(TEAM),
        "image": image,
        "digest": digest or pulled,
        "cpu_asked": float(parse_quantity(asked["cpu"])) if "cpu" in asked else None,
        "memory_asked": int(parse_quantity(asked["memory"])) if "memory" in asked else None,
    }


def _container(pod: Pod) -> Mapping[str, Any]:
    found = [one for one in pod.get("status", {}).get("containerStatuses") or [] if one["name"] == CONTAINER]
    return found[0] if found else {}


def _ended(pod: Pod) -> Mapping[str, Any]:
    ended: Mapping[str, Any] = _container(pod).get("state", {}).get("terminated") or {}
    return ended
