"""SQL through an Airflow connection: the file names no host and no password."""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import dag


@dag(schedule=None, tags=["smoke"])
def sql_through_a_connection():
    SQLExecuteQueryOperator(
        task_id="count_orders",
        conn_id="warehouse",
        sql="SELECT count(*), sum(amount)::float FROM orders",
    )


sql_through_a_connection()
