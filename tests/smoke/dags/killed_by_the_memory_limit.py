"""A task that takes more memory than it asked for: it is killed, and ends as failed."""

from airflow.sdk import dag, task

from airflow_k8s import on_image


@dag(schedule=None, tags=["smoke"])
def killed_by_the_memory_limit():
    @task(executor_config=on_image("base", memory="300Mi"))
    def hog() -> int:
        return len(b"x" * 2 * 1024**3)

    hog()


killed_by_the_memory_limit()
