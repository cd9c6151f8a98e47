"""A run of the DAG whose tasks end in every way, and the hands that end two of them."""

from airflow_k8s.platform.namespace import kubectl
from airflow_k8s.platform.rest import Airflow, wait_until

DAG = "every_end"
WAITS = "I wait for my end."
"""What the two print before."""


def run(airflow: Airflow) -> str:
    """Run it to its end; returns the run's id."""
    wait_until(lambda: airflow.knows(DAG), f"the DAG processor has read {DAG}", 180)
    run_id = airflow.start(DAG)
    for task_id, end in (("is_deleted", delete_the_pod), ("is_drained", drain_the_node)):
        wait_until(lambda task_id=task_id: waits(airflow, run_id, task_id), f"{task_id} waits", 120)
        end()
    airflow.finish(DAG, run_id)
    return run_id


def waits(airflow: Airflow, run_id: str, task_id: str) -> bool:
    """Whether a task runs, and says so in its log."""
    (state,) = [task["state"] for task in airflow.tasks(DAG, run_id) if task["task_id"] == task_id]
    return state == "running" and WAITS in airflow.log(DAG, run_id, task_id)


def pod_of(task_id: str) -> str:
    return kubectl("get", "pods", f"--selector=dag_id={DAG},task_id={task_id}", "--output=name").strip()


def delete_the_pod() -> None:
    kubectl("delete", pod_of("is_deleted"), "--grace-period=1", "--wait=false")


def drain_the_node() -> None:
    """As a platform's engineer would, but of one task's pod only: there is no other node for the rest."""
    node = kubectl("get", pod_of("is_drained"), "--output=jsonpath={.spec.nodeName}")
    selector = "--pod-selector=task_id=is_drained"
    options = ("--force", "--ignore-daemonsets", "--delete-emptydir-data", "--grace-period=1", "--timeout=60s")
    try:
        kubectl("drain", node, selector, *options)
    finally:
        kubectl("uncordon", node)
