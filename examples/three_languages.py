"""SQL, Python and R in one DAG, each in its own pod on its own image; results travel as XComs."""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, task

from airflow_k8s import on_image


@dag(schedule=None, tags=["smoke"])
def three_languages():
    totals = SQLExecuteQueryOperator(
        task_id="totals",
        conn_id="warehouse",
        sql="SELECT region, sum(amount)::float FROM orders GROUP BY region ORDER BY region",
    )

    @task(executor_config=on_image("python-data", cpu=0.25, memory="1Gi"))
    def shares(rows: list) -> str:
        import pandas as pd

        amounts = pd.DataFrame(rows, columns=["region", "amount"]).set_index("region")["amount"]
        return (amounts / amounts.sum()).round(4).to_json()

    BashOperator(
        task_id="largest_share",
        bash_command="Rscript {{ dag.folder }}/scripts/largest_share.R",
        env={"SHARES": shares(totals.output)},
        append_env=True,
        executor_config=on_image("r-data"),
    )


three_languages()
