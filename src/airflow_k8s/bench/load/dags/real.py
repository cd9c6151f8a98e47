"""Tasks that do nothing, side by side, each in a pod of its own."""

from airflow.sdk import dag, task


@task
def nothing(number: int = 0) -> None:
    """Cost what a task costs."""


def fan_out(tasks: int) -> None:
    """So many at once."""

    @dag(dag_id=f"real_{tasks}", schedule=None)
    def made() -> None:
        nothing.expand(number=list(range(tasks)))

    made()


for tasks in (20, 60, 100):
    fan_out(tasks)
