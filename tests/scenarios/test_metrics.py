"""A platform that is watched: what the alerts and the dashboard ask for is there after one task."""

import re
import time
from collections.abc import Iterator

import pytest

from airflow_k8s.cluster import kind
from airflow_k8s.platform.apart import Values, namespace, with_dag
from airflow_k8s.platform.rest import Airflow, wait_until
from tests import program_images
from tests.chart.test_metrics import EXPRESSIONS, KUBERNETES, metrics_of

NAME = "watched"
SECONDS_OF_GAUGES = 30
"""Seconds between two countings of tasks by the scheduler ([scheduler] ti_metrics_interval)."""

DAG = f"""
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("one_task", schedule=None):
    BashOperator(task_id="wait", bash_command="sleep {SECONDS_OF_GAUGES * 3 // 2}")
"""
VALUES: Values = {
    **with_dag("one_task"),
    "metrics": {"statsd": {"enabled": True}, "dashboard": {"enabled": True}},
}
RARE = {
    "airflow_task_instances_without_heartbeats_killed",
    "airflow_ti_scheduled",
    "airflow_ti_queued",
    "airflow_ti_deferred",
}
"""What one task that goes well does not make, or not for so long that it must be seen."""


@pytest.fixture(scope="module")
def airflow() -> Iterator[Airflow]:
    with namespace(NAME, DAG) as release:
        release.upgrade({**VALUES, "images": {"statsd": program_images.pushed("statsd_exporter")}})
        with release.signed_in() as airflow:
            yield airflow


@pytest.fixture(scope="module")
def scraped(airflow: Airflow) -> str:
    """What the exporter shows after one task that went well."""
    wait_until(lambda: airflow.knows("one_task"), "the DAG is known", 180)
    assert airflow.finish("one_task", airflow.start("one_task")) == "success"
    time.sleep(2)  # longer than the exporter keeps things back
    return kind.kubectl("get", "--raw", f"/api/v1/namespaces/{NAME}/services/{NAME}-metrics:metrics/proxy/metrics")


def test_what_alerts_and_dashboard_ask_for_is_there(scraped: str) -> None:
    asked = {name for expression in EXPRESSIONS for name in metrics_of(expression)} - {*KUBERNETES, *RARE}
    assert asked - set(re.findall(r"^(\w+)", scraped, re.MULTILINE)) == set()


def test_the_task_itself_told_how_it_ended(scraped: str) -> None:
    (line,) = [one for one in scraped.splitlines() if one.startswith("airflow_ti_finish{")]
    assert 'dag_id="one_task"' in line
    assert 'state="success"' in line
    assert line.endswith(" 1")
