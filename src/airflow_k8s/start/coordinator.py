"""Watch a task's process as Airflow does, and see its end at once.

Airflow's supervisor hears that the task's process has closed its sockets, asks whether it has ended, a moment too
early, and then sleeps for ``[workers] min_heartbeat_interval`` before it asks again: seconds in which the pod stays.
"""

from os import PathLike
from typing import TYPE_CHECKING, Any

import attrs
from airflow.sdk.execution_time.coordinator import _PythonCoordinator
from airflow.sdk.execution_time.supervisor import ActivitySubprocess

if TYPE_CHECKING:
    from airflow.sdk.api.client import Client
    from airflow.sdk.api.datamodels._generated import TaskInstance

A_MOMENT = 0.02
"""Seconds between two questions whether a process has ended that has closed its sockets."""


@attrs.define(kw_only=True)
class Watched(ActivitySubprocess):
    """A task's process."""

    def _service_subprocess(self, max_wait_time: float, *options: Any, **named: Any) -> Any:
        wait = max_wait_time if self._open_sockets else min(max_wait_time, A_MOMENT)
        return super()._service_subprocess(wait, *options, **named)


class Prompt(_PythonCoordinator):
    """Runs Python tasks, as Airflow's own coordinator does."""

    def execute_task(
        self,
        *,
        what: "TaskInstance",
        dag_rel_path: str | PathLike[str],
        bundle_info: Any,
        client: "Client",
        **options: Any,
    ) -> _PythonCoordinator.ExecutionResult:
        """Start the task's process and wait for its end; as in ``BaseCoordinator``."""
        process = Watched.start(what=what, dag_rel_path=dag_rel_path, bundle_info=bundle_info, client=client, **options)
        return self.ExecutionResult(process.wait(), process.final_state)
