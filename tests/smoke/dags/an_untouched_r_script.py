"""An R script as it is: it reads a table through an Airflow connection, and what it prints last is its result."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag

from airflow_k8s import on_image

WAREHOUSE = {
    "PGHOST": "{{ conn.warehouse.host }}",
    "PGPORT": "{{ conn.warehouse.port }}",
    "PGDATABASE": "{{ conn.warehouse.schema }}",
    "PGUSER": "{{ conn.warehouse.login }}",
    "PGPASSWORD": "{{ conn.warehouse.password }}",
}


@dag(schedule=None, tags=["smoke"])
def an_untouched_r_script():
    BashOperator(
        task_id="orders",
        bash_command="Rscript {{ dag.folder }}/scripts/orders.R",
        env=WAREHOUSE,
        append_env=True,
        executor_config=on_image("r-data"),
    )


an_untouched_r_script()
