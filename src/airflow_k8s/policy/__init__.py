"""What Airflow loads by the entry point ``airflow.policy``: it turns each task's wish into a pod.

Every ``import airflow`` loads this module, in every component and in every worker, so it imports next to nothing, not
even Airflow (which is half imported by then). The work is in ``translate`` and happens in the DAG processor only: it
alone has the catalogue.
"""

import os
from typing import Any

from pluggy import HookimplMarker

from airflow_k8s import start, tracking

hookimpl = HookimplMarker("airflow.policy")

CATALOGUE = "AIRFLOW_K8S_CATALOGUE"
"""Names the catalogue's file. Where it is not set, on a laptop or in a scheduler, every task is left alone."""

WORKER = "AIRFLOW_IS_K8S_EXECUTOR_POD"
"""Airflow sets it in a task's pod. A wish that was granted when the task was queued is not judged again there: under a
newer catalogue the refusal would look like a DAG that vanished."""

if tracking.connection_id():
    from airflow_k8s.tracking import last_words

    last_words.at_exit()


@hookimpl
def dag_policy(dag: Any) -> None:
    """Refuse what would stop the platform for everybody: an import error of its DAG.

    In a worker, it says that the DAG is read, and has the try recorded for which it was, where tries are recorded.

    Args:
        dag: as the DAG processor has just read it.

    Raises:
        AirflowClusterPolicyViolation: it has such a thing.
    """
    path = _catalogue()
    if path:
        from airflow_k8s.policy.translate import judge  # noqa: PLC0415 - not for every `import airflow`

        judge(dag, path)
    start.dag_is_read()
    if connection := tracking.connection_id():
        from airflow_k8s.tracking import listener  # noqa: PLC0415 - see above

        listener.register(connection)


@hookimpl
def task_policy(task: Any) -> None:
    """Translate what a task asks for, or refuse it: an import error of its DAG.

    Args:
        task: an operator, plain or mapped, as the DAG processor has just read it.

    Raises:
        AirflowClusterPolicyViolation: it asks for what it cannot have.
    """
    path = _catalogue()
    if path:
        from airflow_k8s.policy.translate import apply  # noqa: PLC0415 - see above

        apply(task, path)


def _catalogue() -> str | None:
    """The catalogue's file, where this process judges DAGs."""
    return None if WORKER in os.environ else os.environ.get(CATALOGUE)
