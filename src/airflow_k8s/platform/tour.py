"""One DAG run on every image, to see that the platform works, and a table of what ran where."""

from datetime import datetime
from typing import Any

from rich.table import Table

from airflow_k8s.errors import UserError
from airflow_k8s.platform.pods import PodRecorder
from airflow_k8s.platform.rest import Airflow, wait_until

DAG = "three_languages"


def needed(airflow: Airflow) -> bool:
    """Whether the tour has never been run to a success."""
    return not (airflow.knows(DAG) and any(run["state"] == "success" for run in airflow.runs(DAG)))


def run(airflow: Airflow) -> Table:
    """Run the example DAG and report on every task of it.

    Raises:
        UserError: the run did not end in success.
    """
    wait_until(lambda: airflow.knows(DAG), f"the DAG processor has read {DAG}", 180)
    with PodRecorder() as recorder:
        run_id = airflow.start(DAG)
        state = airflow.finish(DAG, run_id)
    if state != "success":
        raise UserError(
            f"The example DAG {DAG} ended as {state}.", _failed(airflow, run_id), f"See {airflow.url}/dags/{DAG}."
        )
    return _table(airflow.tasks(DAG, run_id), recorder)


def _failed(airflow: Airflow, run_id: str) -> str:
    states = [f"{task['task_id']} is {task['state']}" for task in airflow.tasks(DAG, run_id)]
    return f"Its tasks: {', '.join(states)}."


def _table(tasks: list[dict[str, Any]], recorder: PodRecorder) -> Table:
    table = Table("task", "image", "cpu", "memory", "queued to running", title="What ran where", title_justify="left")
    for task in sorted(tasks, key=lambda task: str(task["start_date"])):
        container = recorder.named(task["hostname"]).spec.containers[0]
        image = container.image.rpartition("/")[2].partition("@")[0]
        asked = container.resources.requests
        table.add_row(task["task_id"], image, asked["cpu"], asked["memory"], f"{queued_to_running(task):.1f} s")
    return table


def queued_to_running(task: dict[str, Any]) -> float:
    """Seconds from when the scheduler queued a task to when its pod reported that it runs.

    Example:
        >>> queued_to_running({"queued_when": "2026-01-01T00:00:00Z", "start_date": "2026-01-01T00:00:03.5Z"})
        3.5
    """
    queued, started = (datetime.fromisoformat(task[key]) for key in ("queued_when", "start_date"))
    return (started - queued).total_seconds()
