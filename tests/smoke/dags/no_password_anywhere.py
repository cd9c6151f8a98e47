"""R and SQL with a connection's password: a test looks for it in logs, results, pods and processes."""

from airflow.sdk import dag

from airflow_k8s.operators.r import RScriptOperator
from airflow_k8s.operators.sql import SQLOperator


@dag(schedule=None, tags=["smoke"])
def no_password_anywhere():
    RScriptOperator(task_id="r", script="scripts/looks_around.R", conns=["warehouse"], memory="512Mi")
    # It sleeps so that its log can be read before its pod goes.
    SQLOperator(task_id="sql", conn_id="warehouse", sql="SELECT current_user::text, pg_sleep(15)::text")
    SQLOperator(
        task_id="table",
        conn_id="warehouse",
        sql="SELECT current_user::text AS who, pg_sleep(15)::text AS slept",
        into="smoke_who",
    )


no_password_anywhere()
