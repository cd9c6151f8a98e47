"""Logs are there when pods are not: of tasks that ended in any way, whatever restarts, each line once."""

import re
from collections.abc import Iterator

import pytest

from airflow_k8s.platform.namespace import RELEASE, kubectl
from airflow_k8s.platform.pods import wait_for_none
from airflow_k8s.platform.rest import FINISHED, Airflow, wait_until
from tests.smoke import ends

DAG = "logs_that_survive"
LINES = [f"I count {number:02} of 40." for number in range(40)]


@pytest.fixture(scope="module")
def survivors(airflow: Airflow) -> str:
    """A run during which the log store restarts, while a task goes on counting."""
    wait_until(lambda: airflow.knows(DAG), f"the DAG processor has read {DAG}", 180)
    run_id = airflow.start(DAG)
    wait_until(lambda: LINES[0] in log(airflow, run_id, "counts"), "counts counts", 180)
    wait_until(lambda: list(states(airflow, run_id).values()).count("running") == 1, "the others have ended", 60)
    kubectl("delete", "pod", f"{RELEASE}-log-store-0", "--wait=true")
    airflow.finish(DAG, run_id)
    return run_id


@pytest.fixture(scope="module", autouse=True)
def with_another_api_server(every_end: str, survivors: str) -> Iterator[None]:
    """No pod is left, and nothing that the API server kept for itself."""
    assert wait_for_none() == []
    kubectl("rollout", "restart", f"deployment/{RELEASE}-api-server")
    kubectl("rollout", "status", f"deployment/{RELEASE}-api-server", "--timeout=300s")
    return


def states(airflow: Airflow, run_id: str) -> dict[str, str]:
    return {task["task_id"]: task["state"] for task in airflow.tasks(DAG, run_id)}


def log(airflow: Airflow, run_id: str, task_id: str) -> str:
    """A task's log, once the task has begun."""
    begun = states(airflow, run_id)[task_id] in {"running", *FINISHED}
    return airflow.log(DAG, run_id, task_id) if begun else ""


@pytest.mark.parametrize(
    ("task_id", "try_number", "said"),
    [
        ("does_its_work", 1, "Workload finished"),
        ("fails", 1, "The door is locked."),
        ("fails_once", 1, "The door is locked."),
        ("fails_once", 2, "Workload finished"),
        ("takes_too_much", 1, "I take too much."),
        ("is_deleted", 1, ends.WAITS),
        ("is_deleted", 2, "Workload finished"),
        ("is_drained", 1, ends.WAITS),
    ],
)
def test_the_log_of_a_task_is_there_however_it_ended(
    airflow: Airflow, every_end: str, task_id: str, try_number: int, said: str
) -> None:
    assert said in airflow.log(ends.DAG, every_end, task_id, try_number)


def test_the_log_of_a_task_whose_supervisor_was_killed_is_there(airflow: Airflow, survivors: str) -> None:
    assert "My last line." in log(airflow, survivors, "is_killed_with_its_supervisor")


def test_a_task_that_pauses_has_one_log_with_its_triggers_part(airflow: Airflow, survivors: str) -> None:
    text = log(airflow, survivors, "pauses")
    parts = [text.find(words) for words in ("I pause.", "trigger starting", "I go on.")]
    assert -1 < parts[0] < parts[1] < parts[2], text


def test_a_restart_of_the_store_loses_and_doubles_nothing(airflow: Airflow, survivors: str) -> None:
    text = log(airflow, survivors, "counts")
    assert [text.count(line) for line in LINES] == [1] * len(LINES)


def test_a_log_of_ten_megabytes_is_whole(airflow: Airflow, survivors: str) -> None:
    text = log(airflow, survivors, "speaks_ten_megabytes")
    assert [int(number) for number in re.findall(r"line (\d{6}) ", text)] == [*range(40_000)]
