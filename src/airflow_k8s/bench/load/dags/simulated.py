"""Tasks whose pods go to the simulated node. No log is kept of them, nor a record: nobody prints anything there."""

from airflow.sdk import dag, task
from kubernetes.client import models as k8s

SIMULATED = {
    "node_pool": "simulated",
    "pod_override": k8s.V1Pod(metadata=k8s.V1ObjectMeta(labels={"app.kubernetes.io/component": "simulated"})),
}


@task(executor_config=SIMULATED)
def nothing(number: int = 0) -> None:
    """Cost what a task costs."""


def fan_out(tasks: int) -> None:
    """So many at once."""

    @dag(dag_id=f"simulated_{tasks}", schedule=None)
    def made() -> None:
        nothing.expand(number=list(range(tasks)))

    made()


for tasks in (200, 500, 1000):
    fan_out(tasks)
