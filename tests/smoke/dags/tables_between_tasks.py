"""Tables as results: SQL writes one, R reads it as a data frame and writes another, types and all."""

from airflow.sdk import dag

from airflow_k8s import on_image
from airflow_k8s.operators.r import RScriptOperator
from airflow_k8s.operators.sql import SQLOperator


class WarehouseOperator(SQLOperator):
    connects_to = "warehouse"
    runs_on = on_image("base", memory="512Mi")


@dag(schedule=None, tags=["smoke"])
def tables_between_tasks():
    totals = WarehouseOperator(
        task_id="totals",
        sql="SELECT region, sum(amount)::float AS total, date '2026-11-25' AS day, "
        "timestamptz '2026-11-25 12:30:15Z' AS at, true AS good, count(*)::int AS orders FROM orders GROUP BY region",
        into="smoke_totals",
    )

    scores = RScriptOperator(
        task_id="scores",
        script="scripts/scores_to_a_table.R",
        inputs={"totals": totals.output},
        conns=["warehouse"],
        memory="512Mi",
    )

    types = WarehouseOperator(
        task_id="types",
        sql="SELECT column_name::text, data_type::text FROM information_schema.columns "
        "WHERE table_name = 'smoke_scores' ORDER BY column_name",
    )

    part = WarehouseOperator(
        task_id="part",
        sql="scripts/orders_of_a_region.sql",
        parameters={"region": "north"},
        into="smoke_orders",
        replaces="region = 'north'",
    )

    counted = WarehouseOperator(task_id="counted", sql="SELECT count(*) FROM smoke_orders")

    scores >> types >> part >> counted


tables_between_tasks()
