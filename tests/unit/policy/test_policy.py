"""The policy in Airflow's own DAG processor: from real DAG files to what the scheduler gets."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from .dag_files import Parsed, read_path

Read = Callable[..., Parsed]
R_DATA = "/opt/airflow/pod-templates/r-data.yaml"

ONE_TASK = """
with DAG("nightly"):
    BashOperator(task_id="load", bash_command="true", executor_config={config})
"""
POD = "from kubernetes.client import models as k8s\n"


def one_task(config: str) -> str:
    head = POD if "k8s." in config else ""
    return head + ONE_TASK.replace("{config}", config)


def container(config: dict):
    return config["pod_override"].spec.containers[0]


def test_an_image_alone_needs_no_override(read: Read) -> None:
    assert read(one_task('{"image": "r-data"}')).config("load") == {"pod_template_file": R_DATA}


def test_what_a_task_may_mount_it_may_mount(read: Read) -> None:
    volume = 'k8s.V1Volume(name="x", persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name="x"))'
    pod = f"k8s.V1Pod(spec=k8s.V1PodSpec(containers=[], volumes=[{volume}]))"
    assert read(one_task(f'{{"pod_override": {pod}}}')).error == ""


@pytest.mark.parametrize("config", ["None", "{}"])
def test_who_asks_for_nothing_is_left_alone(read: Read, config: str) -> None:
    assert read(one_task(config)).config("load") == {}


KINDS = """
from airflow.sdk import BaseSensorOperator, setup, teardown

class Poll(BaseSensorOperator):
    def poke(self, context):
        return True

ASKED = on_image("r-data", memory="3Gi")

@dag(schedule=None)
def nightly():
    BashOperator(task_id="plain", bash_command="true", executor_config=ASKED)
    BashOperator.partial(task_id="mapped", executor_config=ASKED).expand(bash_command=["true", "false"])
    Poll(task_id="sensor", executor_config=ASKED)

    @task(executor_config=ASKED)
    def decorated(x=1):
        return x

    @task
    def overridden(x=1):
        return x

    @setup
    @task(executor_config=ASKED)
    def before():
        pass

    @task_group
    def group(x=1):
        BashOperator(task_id="inner", bash_command="true", executor_config=ASKED)

    before()
    decorated()
    decorated.override(task_id="decorated_mapped").expand(x=[1, 2])
    overridden.override(executor_config=ASKED)()
    group()
    group.override(group_id="mapped_group").expand(x=[1, 2])

nightly()
"""


DEFAULTS = """
DEFAULTS = {"executor_config": {"image": "r-data", "memory": "4Gi"}}
BEFORE = {**DEFAULTS["executor_config"]}

with DAG("nightly", default_args=DEFAULTS) as nightly:
    BashOperator(task_id="one", bash_command="true")
    BashOperator(task_id="two", bash_command="true", executor_config={"image": "python-data"})
    BashOperator.partial(task_id="three").expand(bash_command=["true"])
"""


def test_default_args_serve_all_tasks_and_are_never_changed(read: Read) -> None:
    parsed = read(DEFAULTS)
    assert [Path(parsed.config(task)["pod_template_file"]).stem for task in ("one", "two", "three")] == [
        "r-data", "python-data", "r-data",
    ]  # fmt: skip
    serialized = json.dumps(parsed.serialized[0]["dag"]["default_args"])
    assert json.loads(serialized)["__var"]["executor_config"]["__var"] == {"image": "r-data", "memory": "4Gi"}


def test_a_dag_that_two_files_show_is_translated_once(read: Read, processor: ModuleType, tmp_path: Path) -> None:
    read(KINDS, "shared_dags.py")
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(tmp_path / "dags", bundle_path=tmp_path / "dags", bundle_name="dags")
    dag = bag.dags["nightly"]
    before = dag.get_task("plain").executor_config
    bag.bag_dag(dag)
    assert dag.get_task("plain").executor_config is before


def test_tasks_of_another_executor_are_left_alone(read: Read) -> None:
    text = one_task('{"image": "no-such-image"}, executor="LocalExecutor"')
    assert read(text).config("load") == {"image": "no-such-image"}


def test_tasks_that_name_our_executor_are_translated(read: Read) -> None:
    got = read(one_task('{"image": "r-data"}, executor="KubernetesExecutor"')).config("load")
    assert got == {"pod_template_file": R_DATA}


def test_a_worker_leaves_everything_alone(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_IS_K8S_EXECUTOR_POD", "True")
    assert read(one_task('{"image": "no-longer-there"}')).config("load") == {"image": "no-longer-there"}


def test_without_a_catalogue_the_same_file_still_parses(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_K8S_CATALOGUE")
    assert read(one_task('on_image("r-data")')).config("load") == {"image": "r-data"}


DEADLINE = """
    from datetime import timedelta
    from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, SyncCallback

    def tell(): ...
    async def tell_later(): ...

    class Ours(SyncCallback): ...

    DUE = DeadlineReference.DAGRUN_QUEUED_AT, timedelta(hours=1)
    with DAG("nightly", deadline=[DeadlineAlert(*DUE, AsyncCallback(tell_later)), DeadlineAlert(*DUE, {callback})]):
        BashOperator(task_id="load", bash_command="true", executor_config={config})
    """
REFUSED = 'DAG "nightly" in nightly.py: Its deadline calls SyncCallback(tell).'


class TestDeadlines:
    """What the executor cannot run would end the scheduler, at every start anew."""

    @pytest.mark.parametrize(
        ("callback", "executors", "refused"),
        [
            ("AsyncCallback(tell_later)", "KubernetesExecutor", False),
            ("SyncCallback(tell)", "KubernetesExecutor", True),
            ("SyncCallback(tell)", "KubernetesExecutor,LocalExecutor", True),
            ("SyncCallback(tell)", "LocalExecutor,KubernetesExecutor", False),
            ('SyncCallback(tell, executor="LocalExecutor")', "KubernetesExecutor,LocalExecutor", False),
            ('SyncCallback(tell, executor="KubernetesExecutor")', "LocalExecutor,KubernetesExecutor", True),
            ("Ours(tell)", "KubernetesExecutor", True),
        ],
    )
    def test_a_callback_is_refused_where_kubernetes_executor_would_have_to_run_it(
        self, read: Read, monkeypatch: pytest.MonkeyPatch, callback: str, executors: str, refused: bool
    ) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executors)
        error = read(DEADLINE.replace("{callback}", callback).replace("{config}", "None")).error
        assert (REFUSED in error) if refused else (error == "")

    def test_mistakes_of_its_tasks_are_told_below(self, read: Read) -> None:
        text = DEADLINE.replace("{callback}", "SyncCallback(tell)").replace("{config}", '{"image": "r-dta"}')
        first, second = read(text).error.splitlines()
        assert REFUSED in first
        assert second.startswith('Task "load" of DAG "nightly" in nightly.py: There is no image "r-dta".')

    def test_the_executor_still_cannot_run_callbacks(self) -> None:
        from airflow.executors.local_executor import LocalExecutor
        from airflow.providers.cncf.kubernetes.executors.kubernetes_executor import KubernetesExecutor

        assert (KubernetesExecutor.supports_callbacks, LocalExecutor.supports_callbacks) == (False, True)


OWNED = """
DEFAULTS = {{"owner": "ada", "executor_config": {config}}}

with DAG("nightly", default_args=DEFAULTS):
    BashOperator(task_id="one", bash_command="true")
    BashOperator(task_id="two", bash_command="true", owner="Bob & Co")
    BashOperator.partial(task_id="three", owner="airflow").expand(bash_command=["true"])
    BashOperator(task_id="four", bash_command="true", executor="LocalExecutor")
assert DEFAULTS["executor_config"] == {config}
"""


class TestLabels:
    """Whose a task is stands on its pod, whatever the task says."""

    @pytest.mark.parametrize("config", ["None", '{"image": "r-data", "memory": "4Gi"}'])
    def test_every_pod_says_whose_it_is(self, read: Read, config: str) -> None:
        parsed = read(OWNED.format(config=config))
        of_finance = {"airflow-k8s/team": "finance", "airflow-k8s/cost-centre": "4711"}
        assert parsed.config("one")["pod_override"].metadata.labels == {**of_finance, "airflow-k8s/owner": "ada"}
        assert parsed.config("two")["pod_override"].metadata.labels == {"airflow-k8s/owner": "Bob-Co"}

    def test_nobody_is_named_where_nobody_is(self, read: Read) -> None:
        assert read(OWNED.format(config="None")).config("three") == {}

    def test_what_has_no_pod_has_no_label(self, read: Read) -> None:
        assert read(OWNED.format(config="None")).config("four") == {}

    def test_who_asks_for_nothing_runs_without_labels_rather_than_not(self, read: Read, catalogue_file: Path) -> None:
        catalogue_file.unlink()
        assert read(OWNED.format(config="None")).config("one") == {}

    def test_an_override_may_say_the_same_again(self, read: Read) -> None:
        pod = 'k8s.V1Pod(metadata=k8s.V1ObjectMeta(labels={"airflow-k8s/owner": "ada", "a": "b"}))'
        labels = (
            read(one_task(f'{{"pod_override": {pod}}}, owner="ada"')).config("load")["pod_override"].metadata.labels
        )
        assert labels.items() >= {"airflow-k8s/owner": "ada", "a": "b", "airflow-k8s/team": "finance"}.items()

    def test_an_override_may_not_say_another(self, read: Read) -> None:
        pod = 'k8s.V1Pod(metadata=k8s.V1ObjectMeta(labels={"airflow-k8s/owner": "eve"}))'
        error = read(one_task(f'{{"pod_override": {pod}}}, owner="ada"')).error
        assert 'pod_override sets "airflow-k8s/owner" among its labels.' in error


class TestMistakes:
    """The corpus has each with its sentence; here is what a file says that has more than one, or other DAGs."""

    def test_an_amount_wrong_in_on_image_points_at_its_line(self, read: Read) -> None:
        error = read(one_task('on_image("r-data", memory="4GB")')).error
        assert 'BashOperator(task_id="load"' in error
        assert error.rstrip().endswith('without a space. Write "4Gi".')

    def test_all_wrong_tasks_of_a_dag_are_told_at_once(self, read: Read) -> None:
        error = read("""
            with DAG("nightly"):
                for name, config in {"a": {"image": "base"}, "b": {"image": "r-dta"}, "c": {"memory": "4GB"}}.items():
                    BashOperator(task_id=name, bash_command="true", executor_config=config)
        """).error
        first, second = error.splitlines()
        assert 'Task "b"' in first
        assert 'Task "c"' in second

    def test_other_dags_of_the_same_file_live_on(self, read: Read) -> None:
        parsed = read(
            one_task('{"image": "r-dta"}') + 'with DAG("fine"):\n    BashOperator(task_id="t", bash_command="")'
        )
        assert [serialized["dag"]["dag_id"] for serialized in parsed.serialized] == ["fine"]


class TestPlatformMistakes:
    """A catalogue that cannot be read stops only who needs it, and is nobody's fault who writes DAGs."""

    @pytest.mark.parametrize("text", [None, "", "{}", '{"default": "base", "images": {}}'])
    def test_a_broken_catalogue_is_told_as_the_platforms(
        self, read: Read, catalogue_file: Path, text: str | None
    ) -> None:
        catalogue_file.unlink()
        if text is not None:
            catalogue_file.write_text(text)
        error = read(one_task('{"image": "r-data"}')).error
        assert "The platform's list of images cannot be read." in error
        assert "tell those who run this Airflow" in error

    def test_who_asks_for_nothing_does_not_notice(self, read: Read, catalogue_file: Path) -> None:
        catalogue_file.unlink()
        assert read(one_task("None")).config("load") == {}

    def test_a_new_catalogue_counts_from_the_next_parse(self, read: Read, catalogue_file: Path) -> None:
        assert "no image" in read(one_task('{"image": "spark"}')).error
        data = json.loads(catalogue_file.read_text())
        data["images"]["spark"] = data["images"]["base"] | {"template": "/t/spark.yaml"}
        catalogue_file.write_text(json.dumps(data))
        assert read(one_task('{"image": "spark"}')).config("load") == {"pod_template_file": "/t/spark.yaml"}


class TestPodOverride:
    """A V1Pod says what the plain words cannot."""

    GPU = (
        'k8s.V1Pod(spec=k8s.V1PodSpec(node_selector={"gpu": "yes"}, containers=[k8s.V1Container(name="base", '
        'env=[k8s.V1EnvVar(name="A", value="1")], '
        'resources=k8s.V1ResourceRequirements(limits={"nvidia.com/gpu": "1"}))]))'
    )

    @pytest.mark.parametrize(
        ("resources", "requests", "limits"),
        [
            ('limits={"nvidia.com/gpu": "1"}', {"cpu": "500m", "memory": "1Gi"}, {"cpu": "1", "memory": "1Gi"}),
            ('requests={"memory": "8Gi"}', {"cpu": "500m", "memory": "8Gi"}, {"cpu": "1"}),
            ('limits={"cpu": "2", "memory": "8Gi"}', {}, {"cpu": "2", "memory": "8Gi"}),
        ],
    )
    def test_resources_of_a_pod_are_completed(self, read: Read, resources: str, requests: dict, limits: dict) -> None:
        pod = (
            'k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", '
            f"resources=k8s.V1ResourceRequirements({resources}))]))"
        )
        got = container(read(one_task(f'{{"pod_override": {pod}}}')).config("load")).resources
        assert (got.requests or {}) == requests
        assert {kind: got.limits[kind] for kind in limits} == limits

    def test_alone_it_stays_as_it_is(self, read: Read) -> None:
        got = read(one_task('{"pod_override": k8s.V1Pod(metadata=k8s.V1ObjectMeta(labels={"a": "b"}))}')).config("load")
        assert list(got) == ["pod_override"]
        assert got["pod_override"].metadata.labels == {"a": "b"}

    def test_one_object_shared_by_many_tasks_is_never_changed(self, read: Read) -> None:
        parsed = read(f"""
            from kubernetes.client import models as k8s
            POD = {self.GPU}
            with DAG("nightly"):
                BashOperator(task_id="a", bash_command="", executor_config={{"cpu": 4, "pod_override": POD}})
                BashOperator(task_id="b", bash_command="", executor_config={{"pod_override": POD}})
        """)
        assert container(parsed.config("a")).resources.limits["cpu"] == "4"
        assert container(parsed.config("b")).resources.limits["cpu"] == "1"


class TestPodLaunchers:
    """KubernetesPodOperator starts a pod of its own, so its task's pod must talk to Kubernetes."""

    KPO = """
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator as Launcher

class Ours(Launcher):
    pass

with DAG("nightly"):
    Launcher(task_id="plain", name="x", image="x")
    Launcher(task_id="asks", name="x", image="x", executor_config={"memory": "2Gi"})
    Launcher.partial(task_id="mapped", name="x").expand(image=["x", "y"])
    Ours(task_id="ours", name="x", image="x")
    BashOperator(task_id="other", bash_command="true")
"""

    @pytest.mark.parametrize("task_id", ["plain", "asks", "mapped", "ours"])
    def test_they_get_the_service_account_with_its_token(self, read: Read, task_id: str) -> None:
        spec = read(self.KPO).config(task_id)["pod_override"].spec
        assert (spec.service_account_name, spec.automount_service_account_token) == ("airflow-pod-launcher", True)

    def test_they_carry_the_label_that_network_policies_go_by(self, read: Read) -> None:
        metadata = read(self.KPO).config("plain")["pod_override"].metadata
        assert metadata.labels == {"airflow-k8s/starts-pods": "true"}

    def test_other_tasks_do_not(self, read: Read) -> None:
        assert read(self.KPO).config("other") == {}

    def test_where_the_platform_has_none_they_are_left_alone(self, read: Read, catalogue_file: Path) -> None:
        data = json.loads(catalogue_file.read_text()) | {"podLauncher": None}
        catalogue_file.write_text(json.dumps(data))
        assert read(self.KPO).config("plain") == {}


SMOKE = sorted((Path(__file__).parents[2] / "smoke" / "dags").glob("*.py"))


@pytest.mark.parametrize("file", SMOKE, ids=lambda file: file.stem)
def test_smoke_dags_are_read(file: Path, processor: ModuleType, catalogue_file: Path) -> None:
    error = read_path(processor, file).error
    assert ('Write "r-data".' in error) if file.stem == "wrong_image_name" else error == ""


DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "asking-for-an-image.md").read_text()
BLOCKS = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)


ANALYSTS = [PAGE, *((DOCS / page).read_text() for page in ("operators.md", "r-scripts.md"))]
SHOWN = [block for page in ANALYSTS for block in re.findall(r"```python\n(.+?)```", page, re.DOTALL) if "@dag" in block]


@pytest.mark.parametrize("block", SHOWN)
def test_the_dags_that_analysts_are_shown_are_read(read: Read, block: str) -> None:
    assert read(block).error == ""


def test_the_error_that_analysts_are_shown_is_the_one_they_get(read: Read) -> None:
    (config,) = [block.split("=", 1)[1].strip() for block in BLOCKS if "@dag" not in block]
    assert read(one_task(config)).error in re.findall(r"```text\n(.+?)\n```", PAGE, re.DOTALL)
