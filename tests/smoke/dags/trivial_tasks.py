"""Tasks that do nothing, one after the other and side by side, for `bench tasks`."""

from airflow.sdk import dag, task


@task
def nothing(number: int = 0) -> None:
    """Cost what a task costs."""


def fan_out(tasks: int) -> None:
    """So many at once."""

    @dag(dag_id=f"fan_out_{tasks}", schedule=None, tags=["smoke"])
    def made() -> None:
        nothing.expand(number=list(range(tasks)))

    made()


for tasks in (1, 20, 100):
    fan_out(tasks)


@dag(schedule=None, tags=["smoke"])
def chain_10() -> None:
    """Ten, each after the one before."""
    before = nothing.override(task_id="nothing_0")()
    for number in range(1, 10):
        after = nothing.override(task_id=f"nothing_{number}")()
        before >> after
        before = after


chain_10()
