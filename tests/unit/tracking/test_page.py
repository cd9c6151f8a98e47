"""docs/job-tracking.md says what is in the table, and its questions get answers."""

import re
from typing import Any

import pytest

from airflow_k8s.paths import ROOT
from airflow_k8s.tracking import table
from airflow_k8s.tracking.record import COLUMNS, OUTCOMES, REASONS, TaskRun

PAGE = (ROOT / "docs" / "job-tracking.md").read_text()
QUESTIONS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
GIB = 2**30


def shown(heading: str) -> dict[str, str]:
    """A table of the page, by its first column."""
    body = PAGE.split(f"| {heading} | ", 1)[1].split("\n\n", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", body, re.MULTILINE))


def test_the_page_explains_every_column_in_the_tables_own_words() -> None:
    assert list(shown("column").items()) == [(name, column.sentence) for name, column in COLUMNS.items()]


@pytest.mark.parametrize(("heading", "words"), [("outcome", OUTCOMES), ("reason", REASONS)])
def test_the_page_explains_every_outcome_and_reason(heading: str, words: dict[str, str]) -> None:
    assert shown(heading) == words


def run(number: int, now: Any, **said: Any) -> TaskRun:
    always = {"dag_id": "nightly", "owner": "ada", "image": "base:1", "digest": "sha256:a", "cpu_asked": 0.5}
    times = {"started_at": now[0], "ended_at": now[1]}
    return TaskRun(f"01980000-0000-7000-8000-{number:012}", **{**always, **times, **said})


@pytest.fixture
def asked(rows: Any) -> Any:
    """The answers to all questions, from a table with a few runs of an hour each."""
    rows.execute("select date_trunc('month', now()), date_trunc('month', now()) + interval '1 hour'")
    hour = rows.fetchone()
    rows.execute("select greatest(date_trunc('month', now()), now() - interval '1 hour'), now()")
    last = rows.fetchone()
    for one in (
        run(1, last, task_id="greedy", memory_asked=4 * GIB, memory_peak=GIB, outcome="success", team="finance"),
        run(2, last, task_id="tight", memory_asked=GIB, memory_peak=GIB, outcome="failed", reason="oom_killed"),
        run(3, last, task_id="tight", memory_asked=GIB, outcome="retried", reason="error", error="ValueError: no"),
        run(4, (hour[0], None), task_id="runs", digest="sha256:b", pod="runs-1"),
    ):
        table.started(rows, one)

    def answer(question: str) -> list[dict[str, Any]]:
        rows.execute(question)
        return [dict(zip([column.name for column in rows.description], row, strict=True)) for row in rows.fetchall()]

    return [answer(question) for question in QUESTIONS]


def test_every_question_of_the_page_gets_the_answer_that_it_promises(asked: Any) -> None:
    tight, greedy, builds, failures, cost, now = asked
    assert [(row["task_id"], row["percent"]) for row in tight] == [("tight", 100)]
    assert [(row["task_id"], row["asked"], row["used"]) for row in greedy] == [("greedy", "4096 MB", "1024 MB")]
    assert {(row["digest"], row["runs"]) for row in builds} == {("sha256:a", 3), ("sha256:b", 1)}
    assert {(row["reason"], row["tries"], row["tasks"]) for row in failures} == {("oom_killed", 1, 1), ("error", 1, 1)}
    assert {row["who"] for row in cost} == {"finance", "ada"}
    assert [(row["task_id"], row["pod"]) for row in now] == [("runs", "runs-1")]


def test_cost_is_what_was_asked_for_times_the_hours(rows: Any) -> None:
    rows.execute("select date_trunc('month', now()), date_trunc('month', now()) + interval '2 hours'")
    table.started(rows, run(1, rows.fetchone(), task_id="a", memory_asked=4 * GIB, team="finance"))
    rows.execute(next(question for question in QUESTIONS if "core_hours" in question))
    assert [tuple(map(str, row)) for row in rows.fetchall()] == [("finance", "1.00", "8.00")]
