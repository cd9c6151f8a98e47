"""A model in R: it reads orders through an Airflow connection, fits, and loads what it expects back into a table."""

from airflow.providers.common.sql.operators.sql import SQLCheckOperator
from airflow.sdk import dag, task

from airflow_k8s.operators.r import RScriptOperator


@dag(schedule="@weekly", default_args={"owner": "data science"}, tags=["example"])
def model_in_r():
    fit = RScriptOperator(
        task_id="fit",
        script="scripts/expected_amounts.R",
        args=["--table", "expected_amounts"],
        conns=["warehouse"],
        cpu=0.5,
        memory="1Gi",
    )

    loaded = SQLCheckOperator(
        task_id="every_region_is_there",
        conn_id="warehouse",
        sql="SELECT count(*) = (SELECT count(DISTINCT region) FROM orders) FROM expected_amounts",
    )

    @task
    def told(model: dict) -> str:
        return f"{model['orders']} orders, R² {model['r_squared']:.3f}"

    fit >> loaded
    told(fit.output)


model_in_r()
