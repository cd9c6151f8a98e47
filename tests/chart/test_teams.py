"""Namespaces of teams: all that a task needs is in each, and nothing that it must not reach."""

import re
from pathlib import Path

import pytest

from airflow_k8s.tasks.catalogue import from_json
from tests.chart.rendered import Object, Release, Values, namespaces, refusal, render, secret_variables
from tests.chart.test_access import RIGHTS, WHOLE, _rights

FINANCE = {"namespace": "finance-tasks", "most": {"cpu": 4}, "quota": {"pods": 2, "cpu": 8, "memory": "16Gi"}}
TEAMS: Values = {"tasks": {"teams": {"finance": FINANCE, "science": {"namespace": "science-tasks"}, "ops": {}}}}
SPACES = ["finance-tasks", "science-tasks"]
ALL = render({**WHOLE, **TEAMS, "logStore": {"enabled": False}})
USUAL = render({**WHOLE, **TEAMS})


def quoted(values: Values) -> Values:
    """Values with one team called finance."""
    return {"tasks": {"teams": {"finance": {"namespace": "finance-tasks", **values}}}}


def inside(release: Release, kind: str, namespace: str) -> dict[str, Object]:
    """The objects of a kind in a namespace, by name."""
    found = release.all(kind)
    return {name.split("/")[1]: one for name, one in found.items() if name.startswith(f"{namespace}/")}


def test_airflow_watches_the_namespaces_of_all_teams_and_its_own() -> None:
    assert namespaces(USUAL) == ["airflow", *SPACES]
    assert USUAL.config()["AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE"] == "true"
    assert not [option for option in render().config() if "MULTI_NAMESPACE" in option]


@pytest.mark.parametrize("space", SPACES)
class TestInEachNamespace:
    def test_is_what_every_container_of_a_task_reads(self, space: str) -> None:
        assert set(inside(USUAL, "ConfigMap", space)) == {"config", "catalogue"}
        for name, one in inside(USUAL, "ConfigMap", space).items():
            assert one["data"] == USUAL.all("ConfigMap")[name]["data"]
        for pod in USUAL.task_pods().values():
            assert [source["configMapRef"]["name"] for source in pod.main["envFrom"]] == ["airflow-config"]
            assert not [volume for volume in pod.spec["volumes"] if "emptyDir" not in volume]

    def test_are_the_accounts_of_tasks_and_nobody_elses(self, space: str) -> None:
        assert set(inside(USUAL, "ServiceAccount", space)) == {"task-pod", "pod-launcher"}
        without = render({"tasks": {**TEAMS["tasks"], "podOperator": {"enabled": False}}})
        assert set(inside(without, "ServiceAccount", space)) == {"task-pod"}

    @pytest.mark.parametrize("owner", ["scheduler", "log-store", "tracking", "cleanup-pods", "pod-launcher"])
    def test_whoever_handles_task_pods_has_the_same_rights(self, space: str, owner: str) -> None:
        assert _rights(inside(USUAL, "Role", space)[owner]) == RIGHTS[owner]

    def test_nobody_else_has_any(self, space: str) -> None:
        roles = {"scheduler", "log-store", "tracking", "cleanup-pods", "pod-launcher"}
        assert set(inside(USUAL, "Role", space)) == set(inside(USUAL, "RoleBinding", space)) == roles

    def test_the_api_server_reads_logs_where_no_store_does(self, space: str) -> None:
        assert _rights(inside(ALL, "Role", space)["api-server"]) == {"pods": "get list", "pods/log": "get"}

    def test_is_no_secret_and_no_pod_of_the_platform(self, space: str) -> None:
        found = [one for one in USUAL.objects if one["metadata"].get("namespace") == space]
        assert not {one["kind"] for one in found} & {"Secret", "Deployment", "StatefulSet", "Job", "CronJob", "Pod"}
        for pod in USUAL.task_pods().values():
            assert secret_variables(pod.main) == {}

    def test_containers_that_say_no_size_get_that_of_a_task(self, space: str) -> None:
        (limit,) = inside(USUAL, "LimitRange", space)["team"]["spec"]["limits"]
        task = USUAL.task_pods()["base"].main["resources"]
        assert (limit["defaultRequest"], limit["default"]) == (task["requests"], task["limits"])


def test_whoever_follows_task_pods_is_told_of_every_namespace() -> None:
    pods = USUAL.pods()
    assert pods["tracking"].main["args"][2:] == ["airflow", *SPACES]
    store = [word for word in pods["log-store"].main["args"] if word.startswith("--namespace")]
    assert store == [f"--namespace={one}" for one in ["airflow", *SPACES]]
    (told,) = [one["value"] for one in pods["cleanup-pods"].main["env"] if one["name"] == "NAMESPACES"]
    assert told.split() == ["airflow", *SPACES]


@pytest.mark.parametrize("set_up", ["teams", "everything"])
def test_tasks_call_the_platform_by_a_name_that_other_namespaces_know(set_up: str) -> None:
    for release, end in ((render(set_up=set_up), ".airflow:"), (render(), ":")):
        url = release.config()["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        assert re.match(f"http://airflow-(api-server|execution-api){re.escape(end)}8080/", url)
    host = render(set_up="everything").config()["AIRFLOW__METRICS__STATSD_HOST"]
    assert host == "airflow-metrics.airflow"


def test_the_chart_makes_the_namespaces_restricted_and_leaves_them_behind() -> None:
    made = {one["metadata"]["name"]: one["metadata"] for one in USUAL.objects if one["kind"] == "Namespace"}
    assert list(made) == SPACES
    for metadata in made.values():
        assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
        assert metadata["annotations"] == {"helm.sh/resource-policy": "keep"}
    without = render({"tasks": {**TEAMS["tasks"], "makeNamespaces": False}})
    assert not without.all("Namespace")
    assert inside(without, "ResourceQuota", "finance-tasks")


def test_a_quota_is_written_in_the_words_of_analysts_and_counts_what_pods_ask_for() -> None:
    quota = {"pods": 2, "cpu": 0.5, "memory": "8Gi", "disk": "50Gi", "gpu": 0}
    release = render({"tasks": {**quoted({"quota": quota})["tasks"], "card": "amd.com/gpu"}})
    assert inside(release, "ResourceQuota", "finance-tasks")["team"]["spec"]["hard"] == {
        "pods": "2",
        "requests.cpu": "0.5",
        "requests.memory": "8Gi",
        "requests.ephemeral-storage": "50Gi",
        "requests.amd.com/gpu": "0",
    }
    assert set(render(quoted({})).all("ResourceQuota")) == set()


def test_a_quota_bounds_each_task_where_the_team_has_no_bound_of_its_own() -> None:
    teams = from_json(USUAL.all("ConfigMap")["catalogue"]["data"]["catalogue.json"]).teams
    most = teams["finance"].most
    assert (most.cpu, most.memory, most.disk, most.gpu) == (4000, 16 * 2**30, None, None)
    assert [teams[name].namespace for name in ("finance", "science", "ops")] == [*SPACES, None]


def test_tasks_wait_for_a_quota_for_half_a_day_and_once() -> None:
    # A second wait would start with the first one's job still in the executor's queue (revoke_task leaves it there).
    waits = {name: render(values).config() for name, values in {"with": TEAMS, "without": {}}.items()}
    assert waits["with"]["AIRFLOW__KUBERNETES_EXECUTOR__TASK_PUBLISH_MAX_RETRIES"] == "-1"
    assert waits["with"]["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"] == "43200"
    assert waits["with"]["AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES"] == "0"
    assert waits["without"]["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"] == "1800"
    assert "AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES" not in waits["without"]
    own = render({**TEAMS, "config": {"scheduler": {"task_queued_timeout": 60}}})
    assert own.config()["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"] == "60"
    assert "--min-pending-minutes=16" in own.pods()["cleanup-pods"].main["args"]


def test_airflow_still_has_the_option_that_it_does_not_document_and_the_error_that_waits() -> None:
    from airflow.jobs import scheduler_job_runner
    from airflow.providers.cncf.kubernetes.executors import kubernetes_executor

    assert 'key="num_stuck_in_queued_retries"' in Path(scheduler_job_runner.__file__).read_text()
    executor = Path(kubernetes_executor.__file__).read_text()
    assert 'e.status == HTTPStatus.FORBIDDEN and "exceeded quota" in message' in executor
    assert "self.task_publish_max_retries == -1 or" in executor


def test_a_teams_account_has_its_own_annotations_over_those_of_all_tasks() -> None:
    own = {"serviceAccount": {"annotations": {"role": "finance"}}}
    values = quoted(own)["tasks"] | {"serviceAccount": {"annotations": {"role": "all", "site": "here"}}}
    accounts = render({"tasks": values}).all("ServiceAccount")
    assert accounts["finance-tasks/task-pod"]["metadata"]["annotations"] == {"role": "finance", "site": "here"}
    assert accounts["task-pod"]["metadata"]["annotations"] == {"role": "all", "site": "here"}


TOO_MUCH = 'and all tasks of the team "finance" together may have'


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            quoted({"most": {"cpu": 8}, "quota": {"cpu": 4}}),
            f"tasks.teams.finance.most.cpu is 8, {TOO_MUCH} 4: such a task would wait for ever. Set "
            "tasks.teams.finance.quota.cpu to 8 or more, or tasks.teams.finance.most.cpu to 4 or less.",
        ),
        (
            quoted({"most": {"memory": "2Ti"}, "quota": {"memory": "512Gi"}}),
            f"tasks.teams.finance.most.memory is 2Ti, {TOO_MUCH} 512Gi",
        ),
        (
            quoted({"quota": {"memory": "1000M"}}),
            f"images.base.memory is 1Gi, {TOO_MUCH} 1000M: such a task would wait for ever. Set "
            "tasks.teams.finance.quota.memory to 1Gi or more, or images.base.memory to 1000M or less.",
        ),
        (quoted({"quota": {"cpu": 0.2}}), f"images.base.cpu is 0.25, {TOO_MUCH} 0.2"),
        (
            quoted({"namespace": "airflow"}),
            "tasks.teams.finance.namespace is \"airflow\", which is the platform's or another team's. Give the team",
        ),
        (
            {"tasks": {"teams": {"a": {"namespace": "shared"}, "b": {"namespace": "shared"}}}},
            "tasks.teams.b.namespace is \"shared\", which is the platform's or another team's.",
        ),
        ({"tasks": {"teams": {"finance": {"quota": {"pods": 2}}}}}, "at '/tasks/teams/finance'"),
        # An owner anybody can write, and a namespace is an identity and Secrets.
        (quoted({"owners": ["ada"]}), "at '/tasks/teams/finance/owners'"),
        (quoted({"quota": {"pod": 2}}), "additional properties 'pod' not allowed"),
    ],
    ids=["most", "units", "an image's memory", "an image's cpu", "ours", "shared", "no namespace", "owners", "typo"],
)
def test_should_fail_when(values: Values, sentence: str) -> None:
    assert sentence in refusal(values)


def test_amounts_are_compared_by_their_size_whatever_their_unit() -> None:
    assert render(quoted({"quota": {"cpu": 0.5, "memory": "1024Mi", "disk": "1Ti"}, "most": {"disk": "1024Gi"}}))
