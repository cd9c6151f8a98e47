"""What Airflow tells a task's process about its try, recorded.

The policy registers it with the SDK's listeners alone. As a plugin's listener it would also stand among those of
Airflow's core, and a worker with one there refuses every DAG file that has an operator with ``end_from_trigger=True``
(airflow/dag_processing/dagbag.py), which the DAG processor had accepted.
"""

import logging
import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pluggy import HookimplMarker

from airflow_k8s.errors import UserError
from airflow_k8s.tracking import last_words, record, table, usage
from airflow_k8s.tracking.record import TaskRun
from airflow_k8s.tracking.writer import Writer

hookimpl = HookimplMarker("airflow")
log = logging.getLogger(__name__)

SECONDS = 1.0
"""The most that a task waits for its record to be written."""

UNRECORDED = "This task's record was not written, or not wholly; the task is none the worse."
REMEDY = "Ask who runs the platform to look at the connection {0!r} (docs/job-tracking.md)."

_OUTCOMES = {"up_for_retry": "retried"}
"""Airflow's words for the end of a try that are not ours."""


def register(connection_id: str) -> None:
    """Record the try of this process; again is no harm.

    Args:
        connection_id: the Airflow connection to the database with the records.
    """
    from airflow.sdk.listener import get_listener_manager  # noqa: PLC0415 - in workers that record, and only there

    manager = get_listener_manager()
    if not any(isinstance(one, Tracker) for one in manager.pm.get_plugins()):
        manager.pm.register(Tracker(connection_id))


class Tracker:
    """Records one try: a row at its start, the rest of the row, a line in its log and the pod's last words at its end.

    Nothing that fails here fails the task: it gets a warning in its log.

    Args:
        connection_id: the Airflow connection to the database with the records.
    """

    def __init__(self, connection_id: str) -> None:
        self._id = connection_id
        self._where: table.Parameters | None = None
        self._writer = Writer()

    @hookimpl
    def on_task_instance_running(self, task_instance: Any) -> None:
        """Airflow is about to run the task."""
        self._guarded(self._start, task_instance)

    @hookimpl
    def on_task_instance_success(self, task_instance: Any) -> None:
        """It did its work."""
        self._guarded(self._end, task_instance, None)

    @hookimpl
    def on_task_instance_skipped(self, task_instance: Any) -> None:
        """It said that it is skipped."""
        self._guarded(self._end, task_instance, None)

    @hookimpl
    def on_task_instance_failed(self, task_instance: Any, error: BaseException | str | None) -> None:
        """It failed, whether or not another try follows."""
        self._guarded(self._end, task_instance, error)

    def _guarded(self, act: Any, *arguments: Any) -> None:
        try:
            act(*arguments)
        except Exception as problem:  # see the class
            log.warning("%s", _warning(problem, self._id))

    def _start(self, ti: Any) -> None:
        self._where, self._writer = None, Writer()
        self._where = _resolved(self._id)
        self._writer.put(partial(table.write, self._where, table.started, _begun(ti)))

    def _end(self, ti: Any, error: BaseException | str | None) -> None:
        run = _ended(ti, error)
        last_words.say(run.reason, run.error)
        log.info("%s", record.line(run))
        if self._where is not None:
            self._writer.put(partial(table.write, self._where, table.ended, run))
            if problem := self._writer.finish(SECONDS):
                raise problem


def so_far(ti: Any) -> TaskRun:
    """What a task's own process knows of its try.

    Args:
        ti: the SDK's task instance.
    """
    used = usage.read()
    return replace(_begun(ti), cpu_seconds=used.cpu_seconds, memory_peak=used.memory_peak)


def _begun(ti: Any) -> TaskRun:
    return TaskRun(
        id=str(ti.id),
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        map_index=-1 if ti.map_index is None else ti.map_index,
        try_number=ti.try_number,
        logical_date=getattr(ti.get_template_context().get("dag_run"), "logical_date", None),
        operator=ti.task.task_type,
        owner=ti.task.owner,
        started_at=ti.start_date,
        **record.pod_facts(os.environ),
    )


def _ended(ti: Any, error: BaseException | str | None) -> TaskRun:
    state = str(getattr(ti.state, "value", ti.state))
    return replace(
        so_far(ti),
        ended_at=ti.end_date or datetime.now(UTC),
        outcome=_OUTCOMES.get(state, state),
        reason=_reason(state, error),
        error=_words(error),
    )


def _reason(state: str, error: BaseException | str | None) -> str | None:
    if state not in ("failed", "up_for_retry"):
        return None
    return "timeout" if type(error).__name__ == "AirflowTaskTimeout" else "error"


def _words(error: BaseException | str | None) -> str | None:
    """An exception in a line, with Airflow's stars for every secret that it knows."""
    if error is None:
        return None
    from airflow.sdk.log import redact  # type: ignore[attr-defined]  # noqa: PLC0415 - only when a task fails

    words = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return record.shortened(str(redact(words)))


def _resolved(connection_id: str) -> table.Parameters:
    """How to reach the database; Airflow masks its password in this task's log from here on."""
    from airflow.sdk.bases.hook import BaseHook  # noqa: PLC0415 - loaded with the operators by now

    return table.parameters(BaseHook.get_connection(connection_id))


def _warning(problem: Exception, connection_id: str) -> str:
    if isinstance(problem, UserError):
        return f"{UNRECORDED} {problem}"
    said = " ".join(str(problem).split()) or type(problem).__name__
    return f"{UNRECORDED} The database said: {said}. {REMEDY.format(connection_id)}"
