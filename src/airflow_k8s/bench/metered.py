"""A run of a DAG, with its pods and what it took of the node."""

import time
from dataclasses import dataclass

from airflow_k8s.bench import node
from airflow_k8s.errors import UserError
from airflow_k8s.platform.pods import PodRecorder, wait_for_none
from airflow_k8s.platform.rest import Airflow


@dataclass(frozen=True)
class Metered:
    """A run that ended well.

    Args:
        run_id: Airflow's name for it.
        recorder: its pods.
        cpu: CPU-seconds of the node beyond its rest, until the last pod was gone.
    """

    run_id: str
    recorder: PodRecorder
    cpu: float


def run(airflow: Airflow, dag_id: str, rest: float, seconds: float = 900) -> Metered:
    """Run a DAG once.

    Args:
        airflow: the running platform.
        dag_id: a DAG whose tasks have pods.
        rest: CPU-seconds a second that the node takes anyway.
        seconds: the most that it may take.

    Raises:
        UserError: it did not end well.
    """
    cpu, began = node.cpu(), time.monotonic()
    with PodRecorder(f"dag_id={dag_id}") as recorder:
        run_id = airflow.start(dag_id)
        state = airflow.finish(dag_id, run_id, seconds)
        wait_for_none()
    used = node.cpu() - cpu - rest * (time.monotonic() - began)
    if state != "success":
        raise UserError(f"A run of {dag_id} ended as {state}.", "Only whole runs can be compared.", "Look at its log.")
    return Metered(run_id, recorder, used)
