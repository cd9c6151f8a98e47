"""The table of records on a real Postgres: made by whoever comes first, written in any order, true in the end."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.tracking import table
from airflow_k8s.tracking.record import COLUMNS, TaskRun
from tests import postgres
from tests.unit.tracking.conftest import found

ID = "01980000-0000-7000-8000-000000000001"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = {"dag_id": "nightly", "run_id": "r1", "task_id": "load", "map_index": -1, "try_number": 1}
BEGUN = TaskRun(ID, **KEY, pod="load-1", owner="ada", started_at=NOW)
FAILED = TaskRun(ID, **KEY, ended_at=NOW, outcome="retried", reason="error", error="ValueError: no", memory_peak=300)
AIRFLOWS = TaskRun(ID, **KEY, queued_at=NOW, ended_at=NOW, outcome="retried", reason="killed")


def facts(**said: Any) -> dict[str, Any]:
    return {**KEY, **dict.fromkeys((*table.PODS_OWN, "reason", "error", "since")), **said}


def test_the_table_has_the_columns_of_the_record_and_their_sentences(rows: Any) -> None:
    rows.execute(
        "select attname, col_description(attrelid, attnum) from pg_attribute "
        "where attrelid = 'task_runs'::regclass and attnum > 0 order by attnum"
    )
    assert rows.fetchall() == [(name, column.sentence) for name, column in COLUMNS.items()]


def test_a_table_of_an_older_version_gets_what_it_lacks_and_keeps_its_rows(rows: Any) -> None:
    table.started(rows, BEGUN)
    rows.execute("alter table task_runs drop column node, drop column error")
    table.migrate(rows)
    assert found(rows, "task_id", "node", "error") == [("load", None, None)]


def test_many_workers_may_make_the_table_at_once(where: postgres.Where) -> None:
    problems: list[Exception] = []

    def write(number: int) -> None:
        try:
            table.write(where, table.started, TaskRun(f"01980000-0000-7000-8000-{number:012}", **KEY))
        except psycopg2.Error as problem:
            problems.append(problem)

    workers = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert problems == []
    with table.cursor(where) as cursor:
        assert len(found(cursor, "id")) == 12


def test_a_worker_mends_a_table_that_lacks_a_column(where: postgres.Where) -> None:
    table.write(where, table.started, BEGUN)
    with table.cursor(where) as cursor:
        cursor.execute("alter table task_runs drop column error")
    table.write(where, table.ended, FAILED)
    with table.cursor(where) as cursor:
        assert found(cursor, "error") == [("ValueError: no",)]


WRITINGS = {
    "start": lambda rows: table.started(rows, BEGUN),
    "end": lambda rows: table.ended(rows, FAILED),
    "reconcile": lambda rows: table.reconciled(rows, AIRFLOWS),
}


@pytest.mark.parametrize("order", list(permutations(WRITINGS)), ids="-".join)
def test_one_true_row_comes_of_every_order_and_of_writing_twice(rows: Any, order: tuple[str, ...]) -> None:
    for name in [*order, *order]:
        WRITINGS[name](rows)
    assert found(rows, "pod", "owner", "outcome", "reason", "error", "memory_peak", "queued_at") == [
        ("load-1", "ada", "retried", "error", "ValueError: no", 300, NOW)
    ]


def test_airflow_has_the_last_word_on_the_outcome(rows: Any) -> None:
    table.ended(rows, TaskRun(ID, ended_at=NOW, outcome="success"))
    table.reconciled(rows, TaskRun(ID, ended_at=NOW + timedelta(1), outcome="failed"))
    assert found(rows, "outcome", "ended_at") == [("failed", NOW + timedelta(1))]


def test_a_failure_that_is_cleared_later_stays_one(rows: Any) -> None:
    table.reconciled(rows, TaskRun(ID, ended_at=NOW, outcome="failed"))
    table.reconciled(rows, TaskRun(ID, ended_at=NOW, outcome="retried"))
    assert found(rows, "outcome") == [("failed",)]


def test_a_task_that_goes_on_in_another_pod_names_that_one(rows: Any) -> None:
    table.started(rows, BEGUN)
    table.started(rows, TaskRun(ID, pod="load-2", started_at=NOW + timedelta(1)))
    assert found(rows, "pod", "started_at") == [("load-2", NOW)]


@pytest.mark.parametrize(
    ("outcome", "since", "reason"),
    [
        ("retried", None, "oom_killed"),
        ("failed", NOW - timedelta(seconds=1), "oom_killed"),
        ("failed", NOW + timedelta(seconds=1), "error"),  # deleted after it had failed
        ("success", None, None),  # a process of its own was killed, and it coped
    ],
)
def test_a_pods_reason_wins_where_it_can_be_the_cause(rows: Any, outcome: str, since: Any, reason: str | None) -> None:
    table.ended(rows, TaskRun(ID, **KEY, ended_at=NOW, outcome=outcome, reason="error" if reason else None))
    assert table.tell_of_pod(rows, facts(reason="oom_killed", since=since, node="n1")) is True
    assert found(rows, "reason", "node") == [(reason, "n1")]


def test_a_pod_is_told_of_again_until_its_row_has_an_end(rows: Any) -> None:
    assert table.tell_of_pod(rows, facts(memory_peak=1)) is False
    table.started(rows, BEGUN)
    assert table.tell_of_pod(rows, facts(memory_peak=1)) is False
    table.ended(rows, FAILED)
    assert table.tell_of_pod(rows, facts(memory_peak=1)) is True
    assert found(rows, "memory_peak") == [(300,)]


def test_only_ends_that_the_table_does_not_have_are_written(rows: Any) -> None:
    other = TaskRun("01980000-0000-7000-8000-000000000002", ended_at=NOW, outcome="skipped")
    table.started(rows, BEGUN)
    assert table.unknown(rows, [AIRFLOWS, other]) == [AIRFLOWS, other]
    table.reconciled(rows, AIRFLOWS)
    assert table.unknown(rows, [AIRFLOWS, other]) == [other]


def connection(**said: Any) -> Any:
    empty = dict.fromkeys(("host", "port", "login", "password", "schema"))
    return SimpleNamespace(**{**empty, "conn_id": "records", "conn_type": "postgres", "extra_dejson": {}, **said})


def test_a_connection_says_all_that_libpq_needs_and_nothing_else() -> None:
    said = connection(host="db", port=5433, login="ada", schema="usage", extra_dejson={"sslmode": "require", "iam": 1})
    assert table.parameters(said) == {
        "host": "db", "port": 5433, "user": "ada", "dbname": "usage", "sslmode": "require",
    }  # fmt: skip


def test_a_connection_to_something_else_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match=r'records cannot hold .* type is "mysql".*tracking\.connection'):
        table.parameters(connection(conn_type="mysql"))
