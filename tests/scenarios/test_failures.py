"""What a task in flight outlives, and how often it runs then."""

import json
from collections.abc import Callable, Iterator

import pytest

from airflow_k8s.platform.apart import Release, installed, secrets_of
from airflow_k8s.platform.rest import wait_until
from tests.scenarios import in_flight
from tests.scenarios.in_flight import ONCE

NAME = "failures"
Disturbance = Callable[[Release], object]


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    with installed(NAME, in_flight.VALUES, in_flight.DAG, secrets_of(NAME)) as release:
        yield release


def kill(component: str) -> Disturbance:
    """Take a component's pods away at once, with no time to say goodbye."""
    return lambda release: release.kubectl("delete", "pods", pods_of(component), "--force", "--grace-period=0")


def restart(component: str) -> Disturbance:
    """Ask a component's pods to end, and be replaced."""
    return lambda release: release.kubectl("delete", "pods", pods_of(component))


def pods_of(component: str) -> str:
    return f"--selector=app.kubernetes.io/component={component}"


@pytest.mark.parametrize(
    "disturb",
    [kill("scheduler"), kill("api-server"), restart("api-server"), kill("postgres"), restart("postgres")],
    ids=["scheduler killed", "api-server killed", "api-server restarted", "Postgres killed", "Postgres restarted"],
)
def test_a_task_that_ends_meanwhile_succeeds_once(release: Release, disturb: Disturbance) -> None:
    flight = in_flight.begin(release)
    disturb(release)
    flight.let_go()
    assert flight.end() == ONCE
    assert flight.log().count(in_flight.WAITS) == 1


def test_a_new_scheduler_takes_the_task_over_and_removes_its_pod(release: Release) -> None:
    flight = in_flight.begin(release)
    before = label(flight)
    kill("scheduler")(release)
    wait_until(lambda: label(flight) != before, "the new scheduler has the pod", 600)
    flight.let_go()
    assert flight.end() == ONCE
    release.kubectl("wait", f"pod/{flight.pod}", "--for=delete", "--timeout=60s")


def label(flight: in_flight.Flight) -> str:
    """The scheduler that a task's pod belongs to."""
    return str(flight.release.json("pod", flight.pod)["metadata"]["labels"]["airflow-worker"])


def test_a_task_whose_pod_is_evicted_with_all_others_runs_again(release: Release) -> None:
    """As a drained node does, through the API that a drain uses; this node stays, for there is no other."""
    flight = in_flight.begin(release)
    pods = [pod["metadata"]["name"] for pod in release.json("pods", "--field-selector=status.phase=Running")["items"]]
    for pod in pods:
        evict(release, pod)
    again = in_flight.waiting(release, flight.run_id, 2)
    again.let_go()
    state, tries = again.end()
    # Why the first ended is known where what records it was not evicted, too (tests/smoke/test_tracking.py).
    assert (state, [row[:2] for row in tries]) == ("success", [(1, "retried"), (2, "success")])


def evict(release: Release, pod: str) -> None:
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": NAME}}
    path = f"/api/v1/namespaces/{NAME}/pods/{pod}/eviction"
    release.kubectl("create", f"--raw={path}", "--filename=-", stdin=json.dumps(body))
