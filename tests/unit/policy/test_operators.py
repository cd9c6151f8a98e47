"""Operators that ask for their image by arguments, in Airflow's own DAG processor."""

from collections.abc import Callable

import pytest

from .dag_files import Parsed

Read = Callable[..., Parsed]

HEAD = """
from airflow_k8s.operators.on_image import OnImage
from airflow_k8s.operators.r import RScriptOperator

class ScoreOperator(OnImage, BashOperator):
    runs_on = on_image("r-data", memory="4Gi")

with DAG("nightly", default_args={defaults}):
    {task}
"""

SCORE = 'ScoreOperator(task_id="load", bash_command="true"{})'
MAPPED = 'ScoreOperator.partial(task_id="load"{}).expand(bash_command=["true", "false"])'
CHART, R = "base", "r-data"


def parsed(read: Read, task: str, defaults: str = "{}") -> dict:
    return read(HEAD.replace("{defaults}", defaults).replace("{task}", task)).config("load")


@pytest.mark.parametrize("call", [SCORE, MAPPED], ids=["plain", "mapped"])
@pytest.mark.parametrize(
    ("said", "defaults", "gets"),
    [
        ("", "{}", ("r-data", "4Gi")),
        (', memory="3Gi"', "{}", ("r-data", "3Gi")),
        (', image="python-data"', "{}", ("python-data", "4Gi")),
        (', executor_config={"image": "python-data"}', "{}", ("python-data", "4Gi")),
        ("", '{"executor_config": {"image": "python-data", "cpu": 2}}', ("r-data", "4Gi")),
        ("", '{"image": "python-data", "memory": "2Gi"}', ("r-data", "4Gi")),
        (', memory="3Gi"', '{"memory": "2Gi"}', ("r-data", "3Gi")),
        (', image="python-data", memory="3Gi"', '{"executor_config": {"image": "base"}}', ("python-data", "3Gi")),
    ],
)
def test_the_task_wins_over_its_class_and_that_over_the_dag(
    read: Read, call: str, said: str, defaults: str, gets: tuple[str, str]
) -> None:
    image, memory = gets
    got = parsed(read, call.format(said), defaults)
    assert got["pod_template_file"] == f"/opt/airflow/pod-templates/{image}.yaml"
    assert got["pod_override"].spec.containers[0].resources.requests["memory"] == memory


def test_what_the_dag_says_counts_where_the_class_says_nothing(read: Read) -> None:
    got = parsed(read, SCORE.format(""), '{"executor_config": {"cpu": 2}}')
    assert got["pod_override"].spec.containers[0].resources.requests == {"cpu": "2", "memory": "4Gi"}


def test_an_r_script_runs_on_the_r_image(read: Read) -> None:
    got = parsed(read, 'RScriptOperator(task_id="load", script="x.R", cpu=2)')
    assert got["pod_template_file"] == "/opt/airflow/pod-templates/r-data.yaml"


def test_mapped_r_scripts_too(read: Read) -> None:
    got = parsed(
        read, 'RScriptOperator.partial(task_id="load", script="x.R", image="r-data").expand(args=[["a"], ["b"]])'
    )
    assert got["pod_template_file"] == "/opt/airflow/pod-templates/r-data.yaml"


@pytest.mark.parametrize("given", ["", 'script="x.R", code="1", '])
def test_an_r_task_has_a_script_or_code(read: Read, given: str) -> None:
    error = read(HEAD.replace("{defaults}", "{}").replace("{task}", f'RScriptOperator({given}task_id="load")')).error
    assert "It got both or neither. Give one of them." in error


def test_a_wrong_word_is_told_as_elsewhere(read: Read) -> None:
    error = read(HEAD.replace("{defaults}", "{}").replace("{task}", SCORE.format(', memory="4GB"'))).error
    assert 'Task "load" of DAG "nightly" in nightly.py: memory "4GB" is not an amount of memory.' in error
