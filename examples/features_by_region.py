"""Features in Python, fanned out: one pod for each region, each with pandas, then one that puts them together."""

from airflow.sdk import dag, task


@dag(schedule="@daily", default_args={"owner": "data science"}, tags=["example"])
def features_by_region():
    @task
    def regions() -> list[str]:
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        return [
            row[0] for row in PostgresHook("warehouse").get_records("SELECT DISTINCT region FROM orders ORDER BY 1")
        ]

    @task.on_image("python-data", cpu=0.25, memory="1Gi")
    def features(region: str) -> dict:
        import pandas as pd
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        rows = PostgresHook("warehouse").get_records("SELECT amount::float FROM orders WHERE region = %s", (region,))
        amounts = pd.DataFrame(rows, columns=["amount"])["amount"]
        return {"region": region, "mean": amounts.mean(), "p95": amounts.quantile(0.95), "orders": len(amounts)}

    @task.on_image("python-data")
    def largest(found: list[dict]) -> str:
        import pandas as pd

        return pd.DataFrame(list(found)).set_index("region")["p95"].idxmax()

    largest(features.expand(region=regions()))


features_by_region()
