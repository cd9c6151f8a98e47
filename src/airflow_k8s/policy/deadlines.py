"""Deadlines of DAGs: one kind of their callbacks would stop the scheduler."""

from collections.abc import Iterator
from typing import Any

from airflow.configuration import conf

from airflow_k8s.tasks import RequestError

CANNOT = "KubernetesExecutor"
"""It starts pods for tasks and for nothing else: ``supports_callbacks`` is False. The scheduler hands it a callback all
the same, outside of any ``try``, and ends; the callback stays, and so it ends at every start.

Source: Airflow 3.3.2, ``SchedulerJobRunner._enqueue_executor_callbacks`` and ``BaseExecutor.queue_workload``;
https://github.com/apache/airflow/issues/62887
"""


def check(dag: Any) -> None:
    """Refuse a deadline whose callback KubernetesExecutor would have to run.

    Args:
        dag: as the DAG processor has just read it.

    Raises:
        RequestError: it has one.
    """
    for callback in _sync_callbacks(dag):
        if _executor(callback) == CANNOT:
            raise RequestError(
                f"Its deadline calls SyncCallback({callback.path.rsplit('.', 1)[-1]}).",
                "KubernetesExecutor cannot run it, and the scheduler would stop, for all DAGs.",
                "Write AsyncCallback, with an `async def`: it runs in the triggerer.",
            )


def _sync_callbacks(dag: Any) -> Iterator[Any]:
    """By name, as Airflow's own scheduler tells them: to import the class would cost every DAG file something."""
    for alert in dag.deadline or []:
        if any(ancestor.__name__ == "SyncCallback" for ancestor in type(alert.callback).__mro__):
            yield alert.callback


def _executor(callback: Any) -> str:
    """The executor that would run it: its own, else the first one that this Airflow has."""
    named = callback.executor or conf.get_mandatory_value("core", "executor").split(",")[0]
    return str(named).strip().rsplit(":", 1)[-1].rsplit(".", 1)[-1]
