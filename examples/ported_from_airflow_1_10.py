"""A DAG of Airflow 1.10 in the style of 2020, ported. What had to change is noted at its line; the rest stayed."""

from datetime import datetime

# was: from airflow.operators.postgres_operator import PostgresOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator  # was: airflow.operators.bash_operator
from airflow.sdk import DAG  # was: from airflow import DAG


class ReportingSQLOperator(SQLExecuteQueryOperator):
    """A team's own operator: its connection, its image and its colour are settled here, and tasks may differ."""

    ui_color = "#007aa5"

    # was: @apply_defaults, which Airflow now does by itself
    def __init__(self, conn_id="warehouse", **kwargs):  # was: postgres_conn_id, *args
        kwargs.setdefault(
            "executor_config",
            # was: "everlane/data:latest", of which nobody could tell what had run
            {"KubernetesExecutor": {"image": "everlane/python-data", "image_pull_policy": "Always"}},
        )
        super().__init__(conn_id=conn_id, **kwargs)


default_args = {
    "owner": "data",
    "depends_on_past": False,
    "start_date": datetime(2020, 1, 1),
    "retries": 1,
}

with DAG(
    "ported_from_airflow_1_10",
    default_args=default_args,
    schedule="0 6 * * *",  # was: schedule_interval
    catchup=False,
    tags=["example"],
) as dag:
    total = ReportingSQLOperator(task_id="total", sql="SELECT sum(amount)::text FROM orders")

    report = BashOperator(
        task_id="report",
        bash_command="Rscript -e 'cat(as.numeric(Sys.getenv(\"TOTAL\")) / 999)'",
        env={"TOTAL": "{{ ti.xcom_pull(task_ids='total')[0][0] }}"},
        append_env=True,
        executor_config={
            "KubernetesExecutor": {"image": "everlane/r-data", "request_cpu": "100m", "limit_memory": "512Mi"}
        },
    )

    total >> report
