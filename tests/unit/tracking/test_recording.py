"""A DAG run in Airflow itself, on a real database: what the listener records, and what is filled in afterwards."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from airflow_k8s.tracking import connection, reconcile, table
from airflow_k8s.tracking.record import OUTCOMES, REASONS
from airflow_k8s.tracking.writer import Writer
from tests import postgres
from tests.unit.tracking.conftest import found

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PASSWORD = "a-word-that-nobody-may-read"
DIGEST = f"sha256:{'a' * 64}"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Events:
    """What came at an address over HTTP."""

    url: str
    came: list[dict[str, Any]]


class Sink(BaseHTTPRequestHandler):
    """Takes what OpenLineage sends."""

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.came.append(event)  # type: ignore[attr-defined]
        self.send_response(201)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        """Nobody reads it."""


def airflow_connection(**said: Any) -> str:
    return json.dumps({"conn_type": "postgres", "login": "postgres", "password": PASSWORD, **said})


@pytest.fixture(scope="module")
def events() -> Iterator[Events]:
    """A server that events of OpenLineage are sent to, and what came."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
        server.came = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Events(f"http://127.0.0.1:{server.server_port}", server.came)  # type: ignore[attr-defined]
        server.shutdown()


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """A port at which everybody is let in and nobody answers, as behind a firewall or on a machine that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


@pytest.fixture(scope="module")
def airflow(
    server: postgres.Where, events: Events, silent: int, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Variables of an Airflow whose database is real, and whose connection `records` leads to another beside it."""
    with table.cursor(server) as cursor:
        cursor.execute("create database airflow")
        cursor.execute("create database records")
    return {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "dags"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://postgres@/airflow?host={server['host']}",
        "AIRFLOW_CONN_RECORDS": airflow_connection(host=server["host"], schema="records"),
        "UNREACHABLE": airflow_connection(host="127.0.0.1", port=1, schema="records"),
        "SILENT": airflow_connection(host="127.0.0.1", port=silent, schema="records"),
        "AIRFLOW_K8S_TRACKING": "records",
        "AIRFLOW_K8S_IMAGE": f"registry.example.org/base:1@{DIGEST}",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": events.url}),
        "AIRFLOW__OPENLINEAGE__CUSTOM_RUN_FACETS": "airflow_k8s.tracking.lineage.facets",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(scope="module")
def log(airflow: dict[str, str]) -> str:
    """What the tasks of the DAGs logged."""
    command = [sys.executable, "-m", "tests.unit.tracking.run_every_end"]
    done = subprocess.run(command, env=airflow, cwd=ROOT, text=True, capture_output=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture
def records(server: postgres.Where, log: str) -> Any:
    with table.cursor({**server, "dbname": "records"}) as cursor:
        yield cursor


@pytest.fixture
def tables(server: postgres.Where, log: str) -> Any:
    """A cursor on Airflow's own database; what a test does there is undone."""
    connection = psycopg2.connect(**{**server, "dbname": "airflow"})
    with connection.cursor() as cursor:
        yield cursor
    connection.rollback()
    connection.close()


ENDS = {
    ("does_its_work", -1, 1): ("success", None, None),
    ("fails", -1, 1): ("failed", "error", "AirflowFailException: The door is locked."),
    ("fails_once", -1, 1): ("retried", "error", "ValueError: The door is locked."),
    ("fails_once", -1, 2): ("success", None, None),
    ("skips_itself", -1, 1): ("skipped", None, None),
    ("one_of_two", 0, 1): ("success", None, None),
    ("one_of_two", 1, 1): ("success", None, None),
    ("stops_here", -1, 1): ("success", None, None),
}
"""What a listener sees."""

NO_PODS = {
    ("is_skipped_by_another", -1, 0): ("skipped", None, None),
    ("never_runs", -1, 0): ("upstream_failed", None, None),
}
"""What Airflow decides without starting anything."""

HOW = ("task_id", "map_index", "try_number", "outcome", "reason", "error")


def ends(cursor: Any, *names: str) -> dict[Any, Any]:
    rows = [row[:-1] for row in found(cursor, *HOW, "dag_id") if row[-1] == "every_end"]
    answer = {row[:3]: row[3:] for row in rows}
    assert len(answer) == len(rows), "a try has two rows"
    return answer


def test_every_try_that_ran_has_one_closed_row_with_the_right_end(records: Any) -> None:
    assert ends(records) == ENDS


def test_a_row_says_whose_task_it_was_and_what_it_used(records: Any) -> None:
    for owner, operator, used, peak, begun, ended in found(
        records, "owner", "operator", "cpu_seconds", "memory_peak", "started_at", "ended_at"
    ):
        assert (owner, "Decorated" in operator) == ("ada", True)
        assert used > 0 and (peak is None or peak > 0)
        assert begun <= ended


def test_each_try_has_a_line_in_its_log(log: str) -> None:
    lines = [json.loads(line) for line in _after(log, "task_run ")]
    told = {(one["task_id"], one["map_index"], one["try_number"]): one["outcome"] for one in lines}
    assert {key: told[key] for key in ENDS} == {key: outcome for key, (outcome, *_) in ENDS.items()}


def test_a_database_that_is_down_costs_a_task_a_warning_and_nothing_else(log: str, tables: Any) -> None:
    tables.execute("select state from task_instance where task_id = 'does_its_work_all_the_same'")
    assert tables.fetchall() == [("success",)]
    warning, *_ = _after(log, "This task's record was not written")
    assert "Connection refused" in warning and "'records' (docs/job-tracking.md)" in warning


def test_a_database_that_does_not_answer_costs_a_task_a_second_and_nothing_else(log: str, tables: Any) -> None:
    tables.execute("select task_id, state from task_instance where dag_id = 'no_answer' order by task_id")
    assert tables.fetchall() == [("fails_all_the_same", "failed"), ("succeeds_all_the_same", "success")]
    lines = [_line(log, rf'task_run .*"{task}_all_the_same"') for task in ("fails", "succeeds")]
    warnings = [_line(log, "It did not answer within 1 s", after) for after in lines]
    for line, warning in zip(lines, warnings, strict=True):
        assert 0.9 < (_moment(warning) - _moment(line)).total_seconds() < 2


def test_the_records_that_a_database_missed_are_there_once_it_is_back(records: Any, tables: Any) -> None:
    missed = {("no_records", "does_its_work_all_the_same", "success")}
    missed |= {("no_answer", "succeeds_all_the_same", "success"), ("no_answer", "fails_all_the_same", "failed")}
    columns = ("dag_id", "task_id", "outcome")
    assert not missed & set(found(records, *columns))
    reconcile.look(records, tables, LONG_AGO, reconcile.Pods())
    assert missed <= set(found(records, *columns))
    records.execute("delete from task_runs where dag_id <> 'every_end'")


def test_openlineage_gets_the_record_with_each_event_of_a_task(log: str, events: Events) -> None:
    told = [event["run"]["facets"] for event in events.came if "." in event["job"]["name"]]
    facets = [event.get("airflowK8s_taskRun") for event in told]
    records = [facet["record"] for facet in facets if facet]
    assert {(record["task_id"], record["digest"]) for record in records} >= {(task, DIGEST) for task, *_ in ENDS}
    assert all(record["cpu_seconds"] > 0 for record in records)


def test_no_log_shows_the_password(log: str) -> None:
    assert PASSWORD not in log


def _line(log: str, pattern: str, after: str = "") -> str:
    """The first line that a pattern fits, behind another line."""
    return next(line for line in log[log.index(after) + len(after) :].splitlines() if re.search(pattern, line))


def _moment(line: str) -> datetime:
    return datetime.fromisoformat(line.split(maxsplit=1)[0])


def _after(log: str, word: str) -> list[str]:
    """What stands behind a word that we logged, without where it was said."""
    return re.findall(rf"{word}(.*?) *\[airflow_k8s", log)


def test_a_write_that_takes_for_ever_is_not_waited_for() -> None:
    writer, never = Writer(), threading.Event()
    writer.put(never.wait)
    assert isinstance(writer.finish(0.01), TimeoutError)


@pytest.fixture
def alone(rows: Any, tables: Any) -> Any:
    """Reconcile an empty table with Airflow's database, as after a time in which no worker reached it."""
    return lambda: reconcile.look(rows, tables, LONG_AGO, reconcile.Pods())


def test_the_reconciler_closes_every_try_that_no_listener_could(alone: Any, rows: Any) -> None:
    alone()
    outcomes = {key: outcome for key, (outcome, *_) in ends(rows).items()}
    assert outcomes == {key: outcome for key, (outcome, *_) in {**ENDS, **NO_PODS}.items()}


def test_the_reconciler_adds_only_what_no_listener_saw(records: Any, tables: Any) -> None:
    reconcile.look(records, tables, LONG_AGO, reconcile.Pods())
    assert ends(records) == {**ENDS, **NO_PODS}


def test_looking_again_finds_nothing_to_write(alone: Any) -> None:
    assert alone()
    assert alone() == []


def test_every_outcome_and_reason_is_documented(alone: Any, rows: Any) -> None:
    alone()
    told = ends(rows).values()
    assert {outcome for outcome, *_ in told} <= set(OUTCOMES)
    assert {reason for _, reason, _ in told if reason} <= set(REASONS)


def test_a_try_that_was_killed_long_ago_is_closed_where_its_row_is_open(rows: Any, tables: Any) -> None:
    tables.execute("select id::text from task_instance where task_id = 'fails'")
    ((killed,),) = tables.fetchall()
    rows.execute("insert into task_runs (id) values (%s)", (killed,))
    reconcile.look(rows, tables, datetime.now(UTC) + timedelta(1), reconcile.Pods())
    assert found(rows, "task_id", "outcome", "reason") == [("fails", "failed", "killed")]


def test_a_try_that_runs_stays_open(rows: Any, tables: Any) -> None:
    tables.execute("update task_instance set state = 'running' where task_id = 'fails' returning id::text")
    ((running,),) = tables.fetchall()
    rows.execute("insert into task_runs (id) values (%s)", (running,))
    reconcile.look(rows, tables, datetime.now(UTC) + timedelta(1), reconcile.Pods())
    assert found(rows, "outcome", "ended_at") == [(None, None)]


def test_a_try_whose_run_was_deleted_is_closed_as_removed(rows: Any, tables: Any) -> None:
    rows.execute("insert into task_runs (id) values ('01980000-0000-7000-8000-000000000009')")
    reconcile.look(rows, tables, datetime.now(UTC) + timedelta(1), reconcile.Pods())
    assert found(rows, "outcome") == [("removed",)]


def test_a_connection_is_read_where_airflow_keeps_it(airflow: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in airflow.items():
        monkeypatch.setenv(name, value)
    assert connection.resolve("records")["dbname"] == "records"
    with pytest.raises(connection.UserError, match="The connection nowhere cannot be read"):
        connection.resolve("nowhere")


def test_the_reconciler_goes_on_where_a_database_is_away(
    airflow: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connection, "resolve", lambda _: {"host": "127.0.0.1", "port": 1})
    looker = reconcile.Looker("records", reconcile.Pods())
    looker.once()
    looker.once()
    assert capsys.readouterr().out.count("The records of tasks wait:") == 1
