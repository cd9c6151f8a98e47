"""Logs of tasks, read over REST while they run."""

from collections.abc import Callable

from airflow_k8s.errors import UserError
from airflow_k8s.platform.rest import FINISHED, Airflow

Logs = dict[str, str]


def read_until_the_end(
    airflow: Airflow, dag_id: str, run_id: str, see: Callable[[str, str], None] = lambda task_id, text: None
) -> Logs:
    """The longest text that each task's log had while its run lasted.

    Args:
        airflow: the platform.
        dag_id: the DAG.
        run_id: its run, started already.
        see: told the task's id and its log at every look.
    """
    logs: Logs = {}
    while airflow.state(dag_id, run_id) not in FINISHED:
        for task in airflow.tasks(dag_id, run_id):
            task_id = task["task_id"]
            text = _log(airflow, dag_id, run_id, task_id) if task["state"] == "running" else ""
            logs[task_id] = max(logs.get(task_id, ""), text, key=len)
            see(task_id, logs[task_id])
    return logs


def _log(airflow: Airflow, dag_id: str, run_id: str, task_id: str) -> str:
    try:
        return airflow.log(dag_id, run_id, task_id)
    except UserError:  # its pod went between the two questions
        return ""
