"""Python on an image that has pandas and DuckDB; the DAG processor's own image has neither."""

from airflow.sdk import dag, task

from airflow_k8s import on_image


@dag(schedule=None, tags=["smoke"])
def python_with_pandas_and_duckdb():
    @task(executor_config=on_image("python-data"))
    def mean_by_region() -> dict[str, float]:
        import duckdb
        import pandas as pd

        orders = pd.DataFrame({"region": ["north", "south", "north"], "amount": [10.0, 20.0, 30.0]})  # noqa: F841
        means = duckdb.sql("SELECT region, avg(amount) AS mean FROM orders GROUP BY region ORDER BY region").df()
        return dict(zip(means["region"], means["mean"], strict=True))

    mean_by_region()


python_with_pandas_and_duckdb()
