"""What a pod's status says of a failure."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_k8s.tasks.teams import TEAM
from airflow_k8s.tracking import pods
from airflow_k8s.tracking.reconcile import Pods
from airflow_k8s.tracking.record import REASONS

NOTES = {"dag_id": "nightly", "task_id": "load", "run_id": "r1", "try_number": "2", "map_index": "3"}
IMAGE = "registry.example.org/r-data:3.3.2-abc"
DIGEST = f"sha256:{'a' * 64}"
DELETED = {"deletionTimestamp": "2026-11-25T12:00:30Z", "deletionGracePeriodSeconds": 30}
KILLED = {"exitCode": 137, "reason": "Error", "finishedAt": "2026-11-25T12:00:30Z"}
COMPLETED = {"exitCode": 0, "reason": "Completed", "finishedAt": "2026-11-25T12:00:00Z"}


def pod(state: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    container = {"name": "base", "image": IMAGE, "resources": {"requests": {"cpu": "250m", "memory": "1Gi"}}}
    pulled = f"registry.example.org/r-data@{DIGEST}"
    return {
        "metadata": {"name": "load-1", "annotations": NOTES, "labels": {TEAM: "finance"}, **(metadata or {})},
        "spec": {"containers": [container, {"name": "other", "image": "x"}], "nodeName": "n1"},
        "status": {"containerStatuses": [{"name": "base", "imageID": pulled, "state": state or {}}], **status},
    }


def condition(type_: str, reason: str, status: str = "True") -> list[dict[str, str]]:
    return [{"type": type_, "reason": reason, "status": status, "message": "so it was"}]


def disrupted(reason: str, status: str = "True") -> dict[str, Any]:
    return pod(RUNNING, DELETED, conditions=condition("DisruptionTarget", reason, status))


def terminated(**said: Any) -> dict[str, Any]:
    return {"terminated": {**COMPLETED, **said}}


RUNNING = {"running": {}}

CAUSES = [
    ("the kernel killed the whole container", pod(terminated(exitCode=137, reason="OOMKilled")), "oom_killed"),
    ("the kernel killed the task, and its supervisor lives", pod(terminated(reason="OOMKilled")), "oom_killed"),
    ("only the supervisor knows it", pod(terminated(message=json.dumps({"oom_kills": 1}))), "oom_killed"),
    ("the node was drained", disrupted("EvictionByEvictionAPI"), "evicted"),
    ("the node had no disk left", pod(phase="Failed", reason="Evicted"), "evicted"),
    ("the node shut down", disrupted("TerminationByKubelet"), "evicted"),
    ("a better pod came", disrupted("PreemptionByScheduler"), "preempted"),
    ("the node vanished", disrupted("DeletionByTaintManager"), "node_lost"),
    ("somebody deleted it", pod(RUNNING, DELETED), "deleted"),
    ("somebody deleted it, and it was killed for it", pod({"terminated": KILLED}, DELETED), "deleted"),
    ("the registry has no such image", pod({"waiting": {"reason": "ImagePullBackOff"}}, DELETED), "image_pull"),
    ("no node has room", pod(metadata=DELETED, conditions=condition("PodScheduled", "Unschedulable", "False")),
     "unschedulable"),
    ("the supervisor was killed", pod({"terminated": KILLED}), "killed"),
    ("the scheduler cleaned up", pod({"terminated": COMPLETED}, DELETED), None),
    ("it runs", pod(RUNNING), None),
    ("a disruption did not come to be", disrupted("EvictionByEvictionAPI", "False"), "deleted"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "reason"), [row[1:] for row in CAUSES], ids=[row[0] for row in CAUSES])
def test_a_status_tells_why(status: dict[str, Any], reason: str | None) -> None:
    assert pods.why(status)[0] == reason


def test_every_reason_that_a_pod_may_give_is_documented() -> None:
    assert {reason for *_, reason in CAUSES if reason} <= set(REASONS)


def test_a_pod_names_its_try_and_says_what_it_had() -> None:
    words = {"reason": "error", "error": "no", "memory_peak": 5, "cpu_seconds": 1.5, "oom_kills": 0}
    told = pods.facts(pod(terminated(message=json.dumps(words))))
    assert told == {
        "dag_id": "nightly", "task_id": "load", "run_id": "r1", "try_number": 2, "map_index": 3,
        "pod": "load-1", "node": "n1", "team": "finance", "image": IMAGE, "digest": DIGEST,
        "cpu_asked": 0.25, "memory_asked": 2**30, "cpu_seconds": 1.5, "memory_peak": 5,
        "reason": "error", "error": "no", "since": None,
    }  # fmt: skip


def test_deletion_counts_from_when_it_was_asked_for() -> None:
    assert pods.deletion_asked(pod(RUNNING, DELETED)) == datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("message", ["Traceback: no", "[1]", ""])
def test_a_log_in_place_of_last_words_is_none(message: str) -> None:
    assert pods.last_words(pod(terminated(message=message))) == {}


def test_a_pod_of_something_else_tells_nothing() -> None:
    assert pods.facts({"metadata": {"name": "api-server"}, "spec": {}, "status": {}}) is None


def test_nothing_is_learned_from_a_pod_whose_container_has_ended() -> None:
    seen = Pods()
    seen.see(pod(terminated(message=json.dumps({"reason": "error"}))))
    seen.see(pod({"terminated": KILLED}, DELETED))
    assert [facts["reason"] for facts in seen.untold()] == ["error"]


def test_a_pods_news_are_told_once_and_its_end_until_its_row_has_one() -> None:
    seen = Pods()
    seen.see(pod(RUNNING))
    seen.told(*seen.untold(), closed=False)
    seen.see(pod(RUNNING))
    assert seen.untold() == []
    seen.see(pod(RUNNING, DELETED), gone=True)
    seen.told(*seen.untold(), closed=False)
    seen.told(*seen.untold(), closed=True)
    assert seen.untold() == []


def test_news_that_come_while_others_are_told_are_told_too() -> None:
    seen = Pods()
    seen.see(pod(RUNNING))
    (old,) = seen.untold()
    seen.see(pod(RUNNING, DELETED))
    seen.told(old, closed=False)
    assert [facts["reason"] for facts in seen.untold()] == ["deleted"]


def test_a_pod_that_vanished_while_nobody_looked_is_over() -> None:
    seen = Pods()
    seen.see(pod(RUNNING, DELETED))
    seen.told(*seen.untold(), closed=False)
    seen.keep(["another"])
    assert [facts["reason"] for facts in seen.untold()] == ["deleted"]
