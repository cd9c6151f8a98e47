"""Every try of a task has one closed row that says how it ended, those that were killed in any way too."""

import json
from typing import Any

import pytest

from airflow_k8s.images import overlay
from airflow_k8s.platform.namespace import RELEASE, kubectl
from airflow_k8s.platform.rest import wait_until

PSQL = (
    'PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")" exec psql -qAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d warehouse'
)

ENDS = {
    ("does_its_work", -1, 1): ("success", None),
    ("fails", -1, 1): ("failed", "error"),
    ("fails_once", -1, 1): ("retried", "error"),
    ("fails_once", -1, 2): ("success", None),
    ("skips_itself", -1, 1): ("skipped", None),
    ("one_of_two", 0, 1): ("success", None),
    ("one_of_two", 1, 1): ("success", None),
    ("takes_too_much", -1, 1): ("failed", "oom_killed"),
    ("is_deleted", -1, 1): ("retried", "deleted"),
    ("is_deleted", -1, 2): ("success", None),
    ("is_drained", -1, 1): ("failed", "evicted"),
    ("never_runs", -1, 0): ("upstream_failed", None),
}


def query(sql: str) -> list[dict[str, Any]]:
    """What the table of records answers, as JSON."""
    said = kubectl("exec", "-i", f"{RELEASE}-postgres-0", "--", "sh", "-c", PSQL, stdin=sql)
    return [json.loads(line) for line in said.splitlines()]


def records(run_id: str) -> list[dict[str, Any]]:
    return query(f"select row_to_json(task_runs) from task_runs where run_id = '{run_id}'")  # noqa: S608


@pytest.fixture(scope="module")
def rows(every_end: str) -> dict[Any, dict[str, Any]]:
    """The records of a run, once all are closed, by task, map index and try."""
    wait_until(lambda: settled(records(every_end)), "every record has its end", 60)
    found = records(every_end)
    by_try = {(row["task_id"], row["map_index"], row["try_number"]): row for row in found}
    assert len(by_try) == len(found), "a try has two rows"
    return by_try


def settled(found: list[dict[str, Any]]) -> bool:
    """Whether all is there: why a pod ended, and when its try was queued, is known a moment after that it has."""
    return len(found) >= len(ENDS) and all(whole(row) for row in found)


def whole(row: dict[str, Any]) -> bool:
    known = row["ended_at"] and row["reason"] != "killed"
    return bool(known and (row["queued_at"] or row["task_id"] == "never_runs"))


def test_every_try_has_one_closed_row_with_the_right_end(rows: dict[Any, dict[str, Any]]) -> None:
    assert {key: (row["outcome"], row["reason"]) for key, row in rows.items()} == ENDS


def test_a_row_says_who_and_on_what(rows: dict[Any, dict[str, Any]]) -> None:
    base = overlay.read()["base"]
    for key, row in rows.items():
        if key[0] == "never_runs":
            continue
        assert row["owner"] == "ada" and row["operator"].endswith("DecoratedOperator"), key
        assert row["image"] == f"{base['repository']}:{base['tag']}", key
        assert row["digest"].startswith("sha256:"), key
        assert row["pod"].startswith("every-end-") and row["node"], key
        assert row["queued_at"] <= row["started_at"] <= row["ended_at"], key


def test_a_row_says_what_was_asked_for_and_used(rows: dict[Any, dict[str, Any]]) -> None:
    megabyte = 2**20
    for key in [key for key, (outcome, _) in ENDS.items() if outcome in ("success", "skipped")]:
        row = rows[key]
        assert (row["cpu_asked"], row["memory_asked"]) == (0.1, 300 * megabyte), key
        assert 1 < row["cpu_seconds"] < 60, key
        assert 50 * megabyte < row["memory_peak"] <= 300 * megabyte, key


def test_what_a_killed_task_used_is_known_from_its_pods_last_words(rows: dict[Any, dict[str, Any]]) -> None:
    row = rows["takes_too_much", -1, 1]
    assert row["memory_peak"] > 290 * 2**20
    assert row["cpu_seconds"] > 1


def test_an_exception_is_kept_in_its_own_words(rows: dict[Any, dict[str, Any]]) -> None:
    assert rows["fails", -1, 1]["error"] == "AirflowFailException: The door is locked."
