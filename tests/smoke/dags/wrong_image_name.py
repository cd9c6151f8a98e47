"""A typo in an image's name: this file never becomes a DAG; the import error says what was meant."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag

from airflow_k8s import on_image


@dag(schedule=None, tags=["smoke"])
def wrong_image_name():
    BashOperator(task_id="typo", bash_command="true", executor_config=on_image("r-dta"))


wrong_image_name()
