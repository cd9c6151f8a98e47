"""Tasks whose pods go to the simulated node."""

from airflow.sdk import dag, task


@task(executor_config={"node_pool": "simulated"})
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
