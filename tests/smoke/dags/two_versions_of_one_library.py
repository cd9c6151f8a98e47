"""Two versions of one library in one DAG: Airflow's own, and the one that old code was written for."""

from airflow.sdk import dag, task

from airflow_k8s import on_image


@dag(schedule=None, tags=["smoke"])
def two_versions_of_one_library():
    @task(executor_config=on_image("python-data"))
    def new() -> str:
        import sqlalchemy

        return sqlalchemy.__version__

    @task.external_python(
        python="/opt/venvs/sqlalchemy-1/bin/python",
        expect_airflow=False,
        executor_config=on_image("python-data"),
    )
    def old(month: int) -> dict:
        import sqlalchemy

        engine = sqlalchemy.create_engine("sqlite://")
        rows = engine.execute("select ? * 2", (month,)).fetchall()  # 2.0 has no engine.execute
        return {"version": sqlalchemy.__version__, "answer": rows[0][0]}

    new()
    old(21)


two_versions_of_one_library()
