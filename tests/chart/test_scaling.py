"""More than one of what can be more than one, nodes that come and go, and images that are there before their tasks."""

from typing import Any

import pytest

from tests.chart.rendered import Object, Release, render

APART = {"executionApi": {"enabled": True}}
SERVERS = {
    "apiServer": "api-server",
    "scheduler": "scheduler",
    "dagProcessor": "dag-processor",
    "triggerer": "triggerer",
}
SSD, SPOT = {"disk": "ssd"}, {"life": "spot"}
POOLS = {"spot": {"nodeSelector": SPOT, "tolerations": [{"key": "spot", "operator": "Exists"}]}}


def test_one_pod_has_no_budget_for_it_would_keep_its_node_from_being_drained() -> None:
    assert render().all("PodDisruptionBudget") == {}


@pytest.mark.parametrize(
    "number", [{"replicas": 2}, {"autoscaling": {"min": 1, "max": 2, "cpu": 80}}], ids=["replicas", "autoscaling"]
)
@pytest.mark.parametrize("component", SERVERS)
def test_of_several_pods_all_but_one_stay_when_nodes_are_drained(component: str, number: dict[str, Any]) -> None:
    release = render({component: number})
    (budget,) = release.all("PodDisruptionBudget").values()
    assert budget["spec"]["maxUnavailable"] == 1
    assert _selected(release, budget["spec"]["selector"]["matchLabels"]) == {SERVERS[component]}


@pytest.mark.parametrize(("component", "owner"), SERVERS.items())
def test_pods_of_one_server_keep_to_different_nodes_unless_the_site_has_rules(component: str, owner: str) -> None:
    release = render()
    (rule,) = release.pods()[owner].spec["affinity"]["podAntiAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    assert rule["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"
    assert _selected(release, rule["podAffinityTerm"]["labelSelector"]["matchLabels"]) == {owner}
    own = {"nodeAffinity": {}}
    assert render({component: {"affinity": own}}).pods()[owner].spec["affinity"] == own


@pytest.mark.parametrize("component", SERVERS)
def test_who_scales_by_itself_is_not_told_a_number(component: str) -> None:
    scale = {"min": 2, "max": 4, "cpu": 70}
    release = render({component: {"autoscaling": scale}})
    (scaler,) = release.all("HorizontalPodAutoscaler").values()
    target = release.all("Deployment")[scaler["spec"]["scaleTargetRef"]["name"].removeprefix("airflow-")]
    assert target["metadata"]["labels"]["app.kubernetes.io/component"] == SERVERS[component]
    assert "replicas" not in target["spec"]  # an upgrade would take pods away
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (2, 4)
    assert scaler["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
    assert "cpu" in target["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]


def test_the_api_server_has_one_worker_a_pod(release: Release) -> None:
    # More workers in one pod share its memory limit, and one that dies takes the others along: apache/airflow#52270.
    assert "AIRFLOW__API__WORKERS" not in release.config()
    assert "--workers" not in release.pods()["api-server"].main["command"]


def test_without_an_execution_api_of_its_own_the_api_server_has_both() -> None:
    assert render().pods()["api-server"].main["command"] == ["airflow", "api-server"]
    assert "execution-api" not in render().pods()


def test_an_execution_api_of_its_own_takes_over_from_the_api_server() -> None:
    release = render(APART)
    assert release.pods()["api-server"].main["command"][2:] == ["--apps", "core"]
    assert release.pods()["execution-api"].main["command"][2:] == ["--apps", "execution"]


@pytest.mark.parametrize(("values", "owner"), [({}, "api-server"), (APART, "execution-api")], ids=["one", "apart"])
def test_tasks_report_to_the_pods_that_have_the_execution_api(values: dict[str, Any], owner: str) -> None:
    release = render(values)
    host, port = release.config()["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].split("/")[2].split(":")
    service = release.all("Service")[host.removeprefix("airflow-")]["spec"]
    assert _selected(release, service["selector"]) == {owner}
    assert (service["ports"][0]["port"], service["ports"][0]["targetPort"]) == (int(port), "http")
    assert {"name": "http", "containerPort": 8080} in release.pods()[owner].main["ports"]


def test_autoscalers_let_running_tasks_end(release: Release) -> None:
    for pod in release.task_pods().values():
        assert pod.metadata["annotations"]["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"
        assert pod.metadata["annotations"]["karpenter.sh/do-not-disrupt"] == "true"


def test_a_site_may_let_autoscalers_take_tasks() -> None:
    annotations = dict.fromkeys(("cluster-autoscaler.kubernetes.io/safe-to-evict", "karpenter.sh/do-not-disrupt"))
    pod = render({"tasks": {"podAnnotations": annotations}}).task_pods()["base"]
    assert "annotations" not in pod.metadata


def test_a_node_that_goes_away_while_a_pod_starts_costs_no_retry() -> None:
    assert int(render().config()["AIRFLOW__KUBERNETES_EXECUTOR__POD_LAUNCH_FAILURE_RETRIES"]) > 1


def test_images_are_pulled_ahead_only_on_request() -> None:
    assert render().all("DaemonSet") == {}


def test_every_image_for_tasks_is_pulled_ahead_as_tasks_would_pull_it() -> None:
    images = {"mine": {"repository": "example.org/mine", "tag": "1", "pullPolicy": "Always"}}
    release = render({"images": images, "prePull": {"enabled": True}, "imagePullSecrets": [{"name": "registry"}]})
    pod, tasks = release.pods()["pre-pull"], release.task_pods()
    pulled = {(own["image"], own["imagePullPolicy"]) for own in pod.spec["initContainers"]}
    assert pulled == {(task.main["image"], task.main["imagePullPolicy"]) for task in tasks.values()}
    assert pod.spec["imagePullSecrets"] == tasks["base"].spec["imagePullSecrets"]


@pytest.mark.parametrize(
    ("tasks", "selectors"),
    [
        ({}, None),
        ({"nodePools": POOLS}, None),  # tasks of no pool run anywhere
        ({"nodeSelector": SSD}, [SSD]),
        ({"nodeSelector": SSD, "nodePools": POOLS}, [SSD, SSD | SPOT]),
        ({"nodeSelector": SSD, "nodePools": {"any": {}}}, [SSD]),
    ],
    ids=["anywhere", "pools", "some nodes", "some nodes and pools", "a pool without nodes of its own"],
)
def test_images_are_pulled_on_the_nodes_where_tasks_may_run(tasks: dict[str, Any], selectors: list[Object]) -> None:
    affinity = render({"tasks": tasks, "prePull": {"enabled": True}}).pods()["pre-pull"].spec.get("affinity")
    assert _node_selectors(affinity) == selectors


def test_no_taint_of_a_node_for_tasks_keeps_its_images_away() -> None:
    own = {"key": "tasks", "operator": "Exists"}
    release = render({"tasks": {"tolerations": [own], "nodePools": POOLS}, "prePull": {"enabled": True}})
    assert release.pods()["pre-pull"].spec["tolerations"] == [own, *POOLS["spot"]["tolerations"]]


def _selected(release: Release, labels: Object) -> set[str]:
    """The owners of the pods that these labels select."""
    return {owner for owner, pod in release.pods().items() if labels.items() <= pod.metadata["labels"].items()}


def _node_selectors(affinity: Object | None) -> list[Object] | None:
    """The node selectors that a required node affinity comes to."""
    if affinity is None:
        return None
    terms = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return [{one["key"]: one["values"][0] for one in term["matchExpressions"]} for term in terms]
