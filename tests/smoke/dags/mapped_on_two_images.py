"""Mapped tasks on two images: one pod for each value."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, task

from airflow_k8s import on_image


@dag(schedule=None, tags=["smoke"])
def mapped_on_two_images():
    @task(executor_config=on_image("python-data"))
    def square(number: int) -> int:
        import numpy as np

        return int(np.square(number))

    square.expand(number=[2, 3])

    BashOperator.partial(task_id="root", executor_config=on_image("r-data")).expand(
        bash_command=[f"Rscript -e 'cat(sqrt({number}))'" for number in (4, 9)]
    )


mapped_on_two_images()
