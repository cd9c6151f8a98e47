"""How tries ended, from the tables of Airflow's own database; without Airflow, whose import takes seconds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow_k8s.release.database import Cursor
from airflow_k8s.tracking.record import FAILURES, TaskRun

FINISHED = ("success", "failed", "skipped", "upstream_failed", "removed")

_COLUMNS = """ti.dag_id, ti.run_id, ti.task_id, ti.map_index, ti.try_number, run.logical_date, ti.operator,
    dag.owners as owner, ti.queued_dttm as queued_at, ti.start_date as started_at,
    coalesce(ti.end_date, ti.updated_at) as ended_at, ti.state as outcome, ti.max_tries"""
_JOIN = "join dag_run run using (dag_id, run_id) left join dag using (dag_id)"

# One statement, for a try moves from one table to the other when the next one begins.
ENDED = f"""
select ti.id::text, {_COLUMNS}, false as archived
from task_instance ti {_JOIN}
where ti.state = any(%(finished)s) and {{current}}
union all
select ti.task_instance_id::text, {_COLUMNS}, true
from task_instance_history ti {_JOIN}
where ti.state = any(%(finished)s) and {{archived}}
"""  # noqa: S608 - names of ours

BY_ID = ENDED.format(current="ti.id = any(%(ids)s::uuid[])", archived="ti.task_instance_id = any(%(ids)s::uuid[])")

# Runs first, for Airflow has an index for the tasks of a run and none for when tasks ended.
_LATELY = (
    "(run.state in ('running', 'queued') or run.updated_at > %(since)s)"
    " and coalesce(ti.end_date, ti.updated_at) > %(since)s"
)
SINCE = ENDED.format(current=_LATELY, archived=_LATELY)

PRESENT = """
select id::text from task_instance where id = any(%(ids)s::uuid[])
union all select task_instance_id::text from task_instance_history where task_instance_id = any(%(ids)s::uuid[])
"""


def ended_among(cursor: Cursor, ids: Sequence[str]) -> list[TaskRun]:
    """Those of some tries that have ended, those that Airflow forgot with their DAG or run among them."""
    if not ids:
        return []
    cursor.execute(BY_ID, {"ids": list(ids), "finished": list(FINISHED)})
    ended = list(_rows(cursor))
    cursor.execute(PRESENT, {"ids": list(ids)})
    present = {row[0] for row in cursor.fetchall()}
    cursor.execute("select now()")
    (now,) = cursor.fetchone()
    return ended + [TaskRun(one, ended_at=now, outcome="removed") for one in ids if one not in present]


def ended_since(cursor: Cursor, moment: datetime) -> list[TaskRun]:
    """The tries that have ended since a moment, those that never had a pod among them."""
    cursor.execute(SINCE, {"since": moment, "finished": list(FINISHED)})
    return list(_rows(cursor))


def task_run(row: Mapping[str, Any]) -> TaskRun:
    """A row of Airflow's as a record.

    A failed try that is archived while there are tries left was followed by another. One that fails for a cause that
    nobody saw has the reason ``killed``, which any better one replaces.

    Args:
        row: columns of a record, ``max_tries``, and whether the try is ``archived``.

    Example:
        >>> row = {"id": "0198…", "try_number": 1, "started_at": None, "outcome": "failed"}
        >>> task_run({**row, "max_tries": 1, "archived": True}).outcome
        'retried'
    """
    said = {name: value for name, value in row.items() if name not in ("max_tries", "archived")}
    if row["archived"] and row["outcome"] == "failed" and row["try_number"] <= row["max_tries"]:
        said["outcome"] = "retried"
    if said["outcome"] in FAILURES:
        said["reason"] = "killed" if row["started_at"] else "never_started"
    return TaskRun(**said)


def _rows(cursor: Cursor) -> Iterator[TaskRun]:
    names = [column.name for column in cursor.description]
    return (task_run(dict(zip(names, row, strict=True))) for row in cursor.fetchall())
