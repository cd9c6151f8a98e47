"""A nightly report: one SQL file, one table that people look at. No word of Kubernetes."""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import dag


@dag(schedule="@daily", default_args={"owner": "finance", "retries": 2}, tags=["example"])
def nightly_report():
    SQLExecuteQueryOperator(task_id="revenue_by_region", conn_id="warehouse", sql="sql/revenue_by_region.sql")


nightly_report()
