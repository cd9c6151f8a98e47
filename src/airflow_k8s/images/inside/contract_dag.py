"""Two tasks that every image must be able to run: one ends in success, one in failure."""

import platform

from airflow.sdk import DAG, task

with DAG("contract", schedule=None):

    @task
    def succeeds() -> str:
        """Hand something over to the next task, as tasks do."""
        return platform.python_version()

    @task
    def fails() -> None:
        """Fail the way a script does."""
        raise ValueError("this task fails on purpose")

    succeeds()
    fails()
