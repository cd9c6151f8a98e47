"""A nightly report: one SELECT in a file, one table that people look at. No word of Kubernetes."""

from airflow.sdk import dag

from airflow_k8s.operators.sql import SQLOperator


@dag(schedule="@daily", default_args={"owner": "finance", "retries": 2}, tags=["example"])
def nightly_report():
    SQLOperator(
        task_id="revenue_by_region",
        conn_id="warehouse",
        sql="sql/revenue_by_region.sql",
        into="revenue_by_region",
        replaces="night = date '{{ dag_run.run_after | ds }}'",
    )


nightly_report()
