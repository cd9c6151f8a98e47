"""R as a task: a script scores what it reads through a connection, Python goes on with the result."""

from airflow.sdk import dag, task

from airflow_k8s.operators.r import RScriptOperator


@dag(schedule=None, tags=["smoke"])
def r_scripts():
    scores = RScriptOperator(
        task_id="scores",
        script="scripts/scores.R",
        args=["{{ dag.dag_id }}"],
        inputs={"weights": {"north": 2, "south": 1, "west": 1}},
        conns=["warehouse"],
        cpu=0.3,
        memory="512Mi",
    )

    @task
    def best(scored: list[dict]) -> str:
        return max(scored, key=lambda row: row["score"])["region"]

    best(scores.output)


r_scripts()
