"""Operators that ask for their image by arguments, in Airflow's own DAG processor."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from airflow_k8s.tasks.catalogue import load

from .dag_files import Parsed

Read = Callable[..., Parsed]

HEAD = """
from airflow_k8s.operators.decorators import on_image_task, r_task
from airflow_k8s.operators.on_image import OnImage
from airflow_k8s.operators.r import RScriptOperator
from airflow_k8s.operators.sql import SQLOperator

class ScoreOperator(OnImage, BashOperator):
    runs_on = on_image("r-data", memory="4Gi")

with DAG("nightly", default_args={defaults}):
    {task}
"""

SCORE = 'ScoreOperator(task_id="load", bash_command="true"{})'
MAPPED = 'ScoreOperator.partial(task_id="load"{}).expand(bash_command=["true", "false"])'


def dag_file(task: str, defaults: str = "{}") -> str:
    launches = "from airflow_k8s.operators.pod import PodOperator\n" if "PodOperator" in task else ""  # takes a while
    return launches + HEAD.replace("{defaults}", defaults).replace("{task}", task)


def parsed(read: Read, task: str, defaults: str = "{}") -> dict:
    return read(dag_file(task, defaults)).config("load")


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
    error = read(dag_file(f'RScriptOperator({given}task_id="load")')).error
    assert "It got both or neither. Give one of them." in error


def test_a_wrong_word_is_told_as_elsewhere(read: Read) -> None:
    error = read(dag_file(SCORE.format(', memory="4GB"'))).error
    assert 'Task "load" of DAG "nightly" in nightly.py: memory "4GB" is not an amount of memory.' in error


def test_the_groups_that_a_mapped_task_stands_in_count_too(read: Read) -> None:
    got = read(f"""
        from airflow_k8s.operators.on_image import OnImage
        class ScoreOperator(OnImage, BashOperator):
            pass
        with DAG("nightly", default_args={{"memory": "2Gi"}}):
            @task_group(default_args={{"image": "r-data", "memory": "3Gi"}})
            def group():
                {MAPPED.format("")}
            group()
    """).config("group.load")
    assert got["pod_template_file"].endswith("/r-data.yaml")
    assert got["pod_override"].spec.containers[0].resources.requests["memory"] == "3Gi"


FUNCTION = """
    {decorator}
    def load(number=1):
        return "1"
    {call}
"""
PLAIN, EXPANDED = "load()", "load.expand(number=[1, 2])"


@pytest.mark.parametrize("call", [PLAIN, EXPANDED, "load.partial().expand(number=[1, 2])"])
@pytest.mark.parametrize(
    ("decorator", "gets"),
    [
        ('@task.on_image("python-data", memory="3Gi")', ("python-data", "3Gi")),
        ('@task.on_image(image="python-data", memory="3Gi", retries=2)', ("python-data", "3Gi")),
        ('@on_image_task("python-data", memory="3Gi")', ("python-data", "3Gi")),
        ('@task.r(memory="3Gi", conns=["warehouse"])', ("r-data", "3Gi")),
        ('@task.r(image="python-data", memory="3Gi", executor_config={"cpu": 2})', ("python-data", "3Gi")),
        ('@r_task(memory="3Gi")', ("r-data", "3Gi")),
    ],
)
def test_decorators_ask_by_arguments_of_their_own(read: Read, decorator: str, call: str, gets: tuple[str, str]) -> None:
    got = parsed(read, FUNCTION.format(decorator=decorator, call=call))
    assert got["pod_template_file"] == f"/opt/airflow/pod-templates/{gets[0]}.yaml"
    assert got["pod_override"].spec.containers[0].resources.requests["memory"] == gets[1]


def test_a_decorator_stands_alone_where_it_has_an_image(read: Read) -> None:
    got = parsed(read, FUNCTION.format(decorator="@task.r", call=PLAIN))
    assert got == {"pod_template_file": "/opt/airflow/pod-templates/r-data.yaml"}


@pytest.mark.parametrize("decorator", ["@task.on_image", "@task.on_image()"])
def test_a_decorator_without_an_image_says_how_it_is_written(read: Read, decorator: str) -> None:
    error = read(dag_file(FUNCTION.format(decorator=decorator, call=PLAIN))).error
    assert re.search(r"got no image\.|missing 1 required positional argument: 'image'", error)


def test_an_override_of_a_decorated_task_counts(read: Read) -> None:
    call = 'load.override(image="r-data", memory="5Gi")()'
    got = parsed(read, FUNCTION.format(decorator='@task.on_image("python-data", memory="3Gi")', call=call))
    assert got["pod_template_file"].endswith("/r-data.yaml")
    assert got["pod_override"].spec.containers[0].resources.requests["memory"] == "5Gi"


@pytest.fixture
def tasks(processor: ModuleType) -> Callable[[str], dict[str, Any]]:
    """The operators of a DAG file as a worker has them, mapped ones as they are made when they run."""

    def read_file(text: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        exec(text, found)  # noqa: S102 - our own text
        return {task.task_id: task for task in found["DAG_OBJECT"].tasks}

    return read_file


SQL = """
from airflow.sdk import DAG
from airflow_k8s.operators.r import RScriptOperator
from airflow_k8s.operators.sql import SQLOperator

class Warehouse(SQLOperator):
    connects_to = "warehouse"
    runs_on = {"image": "python-data"}
    ui_color = "#aabbcc"

class Scores(RScriptOperator):
    connects_to = "warehouse"

with DAG("nightly", default_args={"conn_id": "of_the_dag", "conns": ["of_the_dag"]}) as DAG_OBJECT:
    Warehouse(task_id="of_the_class", sql="SELECT 1")
    Warehouse(task_id="of_the_task", sql="SELECT 1", conn_id="lake")
    SQLOperator(task_id="of_the_dag", sql="SELECT 1")
    Warehouse.partial(task_id="mapped").expand(sql=["SELECT 1", "SELECT 2"])
    Warehouse.partial(task_id="mapped_with_its_own", conn_id="lake").expand(sql=["SELECT 1", "SELECT 2"])
"""


@pytest.mark.parametrize(
    ("task_id", "conn_id"),
    [
        ("of_the_class", "warehouse"),
        ("of_the_task", "lake"),
        ("of_the_dag", "of_the_dag"),
        ("mapped", "warehouse"),
        ("mapped_with_its_own", "lake"),
    ],
)
def test_the_connection_of_the_task_wins_over_its_class_and_that_over_the_dag(
    tasks: Callable[[str], dict[str, Any]], task_id: str, conn_id: str
) -> None:
    task = tasks(SQL)[task_id]
    assert (task.unmap({"sql": "SELECT 1"}) if task.is_mapped else task).conn_id == conn_id


@pytest.mark.parametrize(
    ("arguments", "conns"),
    [("", ["warehouse"]), (', conns=["lake"]', ["lake"]), (', conns="lake"', ["lake"]), (", conns=[]", [])],
)
def test_r_gets_the_connection_of_its_class(
    tasks: Callable[[str], dict[str, Any]], arguments: str, conns: list[str]
) -> None:
    text = SQL.replace(', "conns": ["of_the_dag"]', "") + f'    Scores(task_id="r", code="1"{arguments})\n'
    assert tasks(text)["r"].conns == conns


def test_a_class_of_five_lines_is_the_teams(tasks: Callable[[str], dict[str, Any]]) -> None:
    task = tasks(SQL)["of_the_class"]
    assert (task.task_type, task.ui_color, task.executor_config) == ("Warehouse", "#aabbcc", {"image": "python-data"})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('SQLOperator(task_id="load", sql="SELECT 1")', "SQLOperator got no connection."),
        ('SQLOperator(task_id="load", conn_id="x", sql="SELECT 1", replaces="day = 1")', "There is no `into`."),
    ],
)
def test_sql_that_cannot_run_is_refused_when_it_is_read(read: Read, call: str, said: str) -> None:
    assert said in read(dag_file(call)).error


POD_TASK = 'PodOperator(task_id="load", image="r-data", cmds=["R"]{})'
POD_MAPPED = 'PodOperator.partial(task_id="load", image="r-data"{}).expand(cmds=[["R"], ["Rscript"]])'


@pytest.mark.parametrize("call", [POD_TASK, POD_MAPPED], ids=["plain", "mapped"])
class TestPodOperator:
    """The task's own pod launches; what its container gets is found when it runs."""

    def test_its_task_gets_the_account_and_the_catalogue(self, read: Read, call: str) -> None:
        got = parsed(read, call.format(', memory="4Gi"'))
        (container,) = got["pod_override"].spec.containers
        assert got["pod_template_file"] == "/opt/airflow/pod-templates/base.yaml"
        assert got["pod_override"].spec.service_account_name == "airflow-pod-launcher"
        assert [one.name for one in container.env] == ["AIRFLOW_K8S_CATALOGUE_TEXT"]
        assert container.env[0].value_from.config_map_key_ref.name == "airflow-catalogue"
        assert container.resources is None

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (', memory="4GB"', 'memory "4GB" is not an amount of memory.'),
            (', tag="old"', 'image "r-data" has no tag "old".'),
            (", cpu=32", "cpu 32 is more than a task may have."),
            (', memory="40Gi", owner="ada"', "memory 40Gi is more than"),
            (', executor_config={"image": "r-dta"}', 'There is no image "r-dta".'),
        ],
    )
    def test_what_it_cannot_have_is_refused_when_it_is_read(self, read: Read, call: str, wrong: str, said: str) -> None:
        error = read(dag_file(call.format(wrong))).error
        assert f'Task "load" of DAG "nightly" in nightly.py: {said}' in error


def test_an_unknown_image_of_a_container_names_the_near_match(read: Read) -> None:
    call = 'PodOperator(task_id="load", image="r-dta")'
    assert 'Write "r-data".' in read(dag_file(call)).error


def test_a_container_is_restricted_and_complete(processor: ModuleType, catalogue_file: Path) -> None:
    from kubernetes.client import ApiClient

    from airflow_k8s.operators.pod import PodOperator

    words = {"image": "r-data", "node_pool": "spot", "memory": "4Gi"}
    task = PodOperator(task_id="load", owner="ada", do_xcom_push=True, namespace="n", **words)
    task.place(replace(load(catalogue_file), pull_secrets=({"name": "my-registry"},)))
    pod = ApiClient().sanitize_for_serialization(task.build_pod_request_obj(dry_run=True))
    container, sidecar = pod["spec"]["containers"]
    assert (
        container["image"]
        == sidecar["image"]
        == "localhost:5001/airflow-k8s/r-data:3.3.2-cccccccccccc@sha256:" + 64 * "c"
    )
    assert container["resources"] == {
        "requests": {"cpu": "1", "memory": "4Gi"},
        "limits": {"cpu": "1", "memory": "4Gi"},
    }
    assert set(sidecar["resources"]) == {"requests", "limits"}
    assert {"name": "scratch", "mountPath": "/tmp"} in container["volumeMounts"]
    for one in (container, sidecar):
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    assert pod["spec"]["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["nodeSelector"] == {"life": "spot"}
    assert pod["spec"]["tolerations"] == [{"key": "spot", "operator": "Exists"}]
    assert pod["spec"]["imagePullSecrets"] == [{"name": "my-registry"}]
    assert (
        pod["metadata"]["labels"].items()
        >= {
            "airflow-k8s/image": "r-data",
            "airflow-k8s/team": "finance",
            "airflow-k8s/owner": "ada",
            "airflow-k8s/cost-centre": "4711",
        }.items()
    )


def test_a_container_cannot_be_found_without_the_platform(processor: ModuleType) -> None:
    from airflow_k8s.errors import UserError
    from airflow_k8s.tasks.catalogue import in_a_task

    with pytest.raises(UserError, match="Only on the platform, and in tasks that start pods"):
        in_a_task()
