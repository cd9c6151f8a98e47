"""The pods of tasks: one template an image, and nothing in them that a task has no business with."""

import json
from typing import Any

import pytest

from airflow_k8s.tasks.catalogue import KEY, Amounts, NodePool, Team, from_json
from tests.chart.rendered import Release, refusal, render, secret_variables, variables

R_DATA = {
    "repository": "registry.example.org/r-data",
    "tag": "3.3.2-abc",
    "tasks": True,
    "purpose": "R for analysis.",
    "cpu": 2,
    "memory": "4Gi",
}


TRACKING = {f"AIRFLOW_K8S_{name}" for name in ("TRACKING", "POD", "NODE", "TEAM", "CPU", "MEMORY")}
"""What a pod says of itself in its record, where records are kept."""


def test_workers_get_their_image_and_nothing_else_of_the_platform(release: Release) -> None:
    for image, pod in release.task_pods().items():
        own = set(variables(pod.main)) - {"R_LIBS_USER", "PROXY_PASSWORD"}  # the user's, in ci/external-database-values
        assert own - TRACKING == {"AIRFLOW_K8S_IMAGE", "OMP_NUM_THREADS"}, image
        assert own & TRACKING == (TRACKING if "tracking" in release.all("Deployment") else set()), image
        assert pod.main["envFrom"] == [{"configMapRef": {"name": "airflow-config"}}], image


def test_workers_get_no_secret_of_the_platform_by_any_way(release: Release) -> None:
    for image, pod in release.task_pods().items():
        assert set(secret_variables(pod.main)) <= {"PROXY_PASSWORD"}, image
        assert not [volume for volume in pod.spec["volumes"] if "secret" in volume or "projected" in volume], image


def test_the_configuration_that_workers_read_holds_no_secret(release: Release) -> None:
    # Everything in it, by name: whoever adds an option to the chart's defaults looks at this list.
    known = {
        "API": {"BASE_URL"},
        "CORE": {
            *("AUTH_MANAGER", "EXECUTION_API_SERVER_URL", "EXECUTOR", "LOAD_EXAMPLES", "MAX_ACTIVE_TASKS_PER_DAG"),
            *("PARALLELISM", "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", "SIMPLE_AUTH_MANAGER_USERS", "DEFAULT_TIMEZONE"),
        },
        "DAG_PROCESSOR": {"DAG_BUNDLE_CONFIG_LIST", "MIN_FILE_PROCESS_INTERVAL", "REFRESH_INTERVAL"},
        "EXECUTION_API": {"JWT_EXPIRATION_TIME"},
        "DATABASE": {"SQL_ALCHEMY_CONNECT_ARGS"},
        "FAB": {"COOKIE_SECURE", "SESSION_MAX_LIFETIME_MINUTES"},
        "KUBERNETES_EXECUTOR": {
            *("ASYNC_POD_CREATION", "DELETE_WORKER_PODS_ON_FAILURE", "KUBE_CLIENT_REQUEST_ARGS", "NAMESPACE"),
            *("POD_TEMPLATE_FILE", "RUNNING_POD_LOG_LINES", "TASK_PUBLISH_MAX_RETRIES", "POD_LAUNCH_FAILURE_RETRIES"),
            *("MULTI_NAMESPACE_MODE", "MULTI_NAMESPACE_MODE_NAMESPACE_LIST"),
            *("WORKER_PODS_CREATION_BATCH_SIZE", "WORKER_POD_PENDING_FATAL_CONTAINER_STATE_REASONS"),
        },
        "METRICS": {
            *("LEGACY_NAMES_ON", "STATSD_HOST", "STATSD_INFLUXDB_ENABLED", "STATSD_ON", "STATSD_PORT", "STATSD_PREFIX"),
        },
        "LOGGING": {
            *("COLORED_CONSOLE_LOG", "DAG_PROCESSOR_LOG_TARGET", "REMOTE_BASE_LOG_FOLDER", "REMOTE_LOGGING"),
            "REMOTE_LOG_CONN_ID",
        },
        "SCHEDULER": {
            *("ENABLE_HEALTH_CHECK", "MAX_TIS_PER_QUERY", "SCHEDULER_HEALTH_CHECK_THRESHOLD"),
            *("NUM_STUCK_IN_QUEUED_RETRIES", "ORPHANED_TASKS_CHECK_INTERVAL"),
            *("SCHEDULER_IDLE_SLEEP_TIME", "TASK_QUEUED_TIMEOUT"),
        },
        "WORKERS": {
            *("EXECUTION_API_RETRIES", "EXECUTION_API_RETRY_WAIT_MAX", "EXECUTION_API_TIMEOUT"),
            "MIN_HEARTBEAT_INTERVAL",
        },
    }
    names = {f"AIRFLOW__{section}__{key}" for section, keys in known.items() for key in keys}
    assert set(release.config()) <= names


def test_workers_may_not_ask_kubernetes_for_anything(release: Release) -> None:
    for pod in release.task_pods().values():
        assert pod.spec["automountServiceAccountToken"] is False
        assert pod.spec["serviceAccountName"] == "airflow-task-pod"
    assert "task-pod" not in release.all("Role")


def test_the_executor_finds_its_container_first_and_by_name(release: Release) -> None:
    for pod in release.task_pods().values():
        assert pod.main["name"] == "base"
        assert pod.spec["restartPolicy"] == "Never"
        assert "command" not in pod.main


def test_every_image_with_tasks_has_a_template_and_no_other() -> None:
    release = render({"images": {"r-data": R_DATA, "tool": {**R_DATA, "tasks": False}}})
    assert set(release.task_pods()) == {"base", "r-data"}


def test_a_worker_knows_its_image() -> None:
    pod = render({"images": {"r-data": {**R_DATA, "digest": f"sha256:{'a' * 64}"}}}).task_pods()["r-data"]
    assert pod.main["image"] == f"registry.example.org/r-data:3.3.2-abc@sha256:{'a' * 64}"
    assert variables(pod.main)["AIRFLOW_K8S_IMAGE"]["value"] == pod.main["image"]
    assert pod.metadata["labels"]["airflow-k8s/image"] == "r-data"


@pytest.mark.parametrize(
    ("cpu", "request_", "limit"),
    [(0.25, "0.25", "1"), (1, "1", "1"), (1.5, "1.5", "1.5"), (4, "4", "4")],
)
def test_cpu_is_never_limited_below_one_core(cpu: float, request_: str, limit: str) -> None:
    resources = render({"images": {"r-data": {**R_DATA, "cpu": cpu}}}).task_pods()["r-data"].main["resources"]
    assert resources == {"requests": {"cpu": request_, "memory": "4Gi"}, "limits": {"cpu": limit, "memory": "4Gi"}}


def test_linear_algebra_starts_as_many_threads_as_the_task_has_cores(release: Release) -> None:
    for pod in release.task_pods().values():
        threads = variables(pod.main)["OMP_NUM_THREADS"]["valueFrom"]["resourceFieldRef"]
        assert threads == {"resource": "limits.cpu", "divisor": "1"}  # whole cores, rounded up


def test_who_sets_the_number_of_threads_is_heard() -> None:
    container = render({"tasks": {"env": {"OMP_NUM_THREADS": 8}}}).task_pods()["base"].main
    assert variables(container)["OMP_NUM_THREADS"] == {"name": "OMP_NUM_THREADS", "value": "8"}  # the last one counts


def test_an_image_that_names_no_size_takes_that_of_base() -> None:
    release = render({"images": {"mine": {"repository": "example.org/mine", "tag": "1"}}})
    resources = {image: pod.main["resources"] for image, pod in release.task_pods().items()}
    assert resources["mine"] == resources["base"]


PROFILE: dict[str, Any] = {
    "nodePool": "big",
    "serviceAccountName": "reader",
    "env": {"STAGE": "mine", "SEED": "7"},
    "envFrom": [{"configMapRef": {"name": "maps"}}],
    "volumes": [{"name": "maps", "persistentVolumeClaim": {"claimName": "maps"}}],
    "volumeMounts": [{"name": "maps", "mountPath": "/maps", "readOnly": True}],
}
POOL = {"nodeSelector": {"size": "big"}, "tolerations": [{"key": "big", "operator": "Exists"}]}


def _profiled(**more: Any) -> dict[str, Any]:
    """Values in which the image r-data has these keys as well."""
    tasks = {"env": {"STAGE": "all"}, "nodeSelector": {"zone": "a"}, "nodePools": {"big": POOL}}
    return {"images": {"r-data": {**R_DATA, **more}}, "tasks": tasks}


def test_an_image_has_a_profile_of_its_own_beside_what_all_tasks_have() -> None:
    pods = render(_profiled(pod=PROFILE)).task_pods()
    own, spec = pods["r-data"], pods["r-data"].spec
    assert spec["nodeSelector"] == {"zone": "a", "size": "big"}
    assert spec["tolerations"] == POOL["tolerations"]
    assert spec["serviceAccountName"] == "reader"
    assert [variables(own.main)[name]["value"] for name in PROFILE["env"]] == ["mine", "7"]
    assert own.main["envFrom"][1:] == PROFILE["envFrom"]
    assert PROFILE["volumes"][0] in spec["volumes"]
    assert PROFILE["volumeMounts"][0] in own.main["volumeMounts"]


def test_the_profile_of_one_image_leaves_the_others_alone() -> None:
    assert render(_profiled(pod=PROFILE)).task_pods()["base"].spec == render(_profiled()).task_pods()["base"].spec


def test_a_profile_on_nodes_that_nobody_named_is_refused() -> None:
    said = refusal(_profiled(pod={"nodePool": "bgi"}))
    assert 'images.r-data.pod.nodePool is "bgi", which is not among tasks.nodePools: big.' in said


def test_a_whole_pod_takes_the_place_of_the_charts_but_runs_the_image_of_the_catalogue() -> None:
    spec = {"containers": [{"name": "base", "image": "old"}, {"name": "proxy", "image": "proxy"}]}
    pod = render(_profiled(template={"metadata": {"name": "mine"}, "spec": spec})).task_pods()["r-data"]
    assert [one["image"] for one in pod.spec["containers"]] == ["registry.example.org/r-data:3.3.2-abc", "proxy"]
    assert "volumes" not in pod.spec


@pytest.mark.parametrize("spec", [{}, {"containers": []}, {"containers": [{"name": "mine"}]}])
def test_a_whole_pod_whose_task_airflow_would_not_find_is_refused(spec: dict[str, Any]) -> None:
    said = refusal(_profiled(template={"metadata": {"name": "mine"}, "spec": spec}))
    assert "images.r-data.template has no first container called base." in said


def test_the_catalogue_says_what_the_policy_needs() -> None:
    older, most = {"3.3.2-old": f"sha256:{'b' * 64}"}, {"cpu": 4}
    values = {"images": {"r-data": {**R_DATA, "tags": older, "most": most}}}
    catalogue = _catalogue(render(values))
    assert catalogue["default"] == "base"
    assert catalogue["podLauncher"] == "airflow-pod-launcher"
    assert set(catalogue["images"]) == {"base", "r-data"}
    assert catalogue["images"]["r-data"] == {
        "template": "/opt/airflow/pod-templates/r-data.yaml",
        "repository": "registry.example.org/r-data",
        "reference": "registry.example.org/r-data:3.3.2-abc",
        "tag": "3.3.2-abc",
        "tags": older,
        "most": most,
        "cpu": 2,
        "memory": "4Gi",
        "purpose": "R for analysis.",
    }


def test_the_catalogue_says_what_pods_need_that_tasks_start() -> None:
    tasks = {"nodeSelector": {"disk": "ssd"}, "tolerations": [{"key": "team", "operator": "Exists"}]}
    release = render({"imagePullSecrets": [{"name": "my-registry"}], "tasks": tasks})
    catalogue = from_json(json.dumps(_catalogue(release)))
    assert catalogue.pull_secrets == ({"name": "my-registry"},)
    assert catalogue.nodes == NodePool(tasks["nodeSelector"], tuple(tasks["tolerations"]))
    assert catalogue.config_map in {found["metadata"]["name"] for found in release.objects}
    assert KEY in release.all("ConfigMap")["catalogue"]["data"]


def test_the_catalogue_has_sizes_bounds_and_nodes() -> None:
    toleration = {"key": "spot", "operator": "Exists"}
    own = {"nodeSelector": {"disk": "ssd"}, "tolerations": [{"key": "team", "operator": "Exists"}]}
    pools = {"spot": {"nodeSelector": {"life": "spot"}, "tolerations": [toleration]}}
    values = {"sizes": {"huge": {"cpu": 8, "memory": "64Gi"}}, "most": {"cpu": 8, "gpu": None}, "nodePools": pools}
    catalogue = from_json(json.dumps(_catalogue(render({"tasks": {**values, **own}}))))
    assert catalogue.sizes["huge"] == Amounts(cpu=8000, memory=64 * 2**30)
    assert (catalogue.most.cpu, catalogue.most.gpu) == (8000, None)
    spot = catalogue.node_pools["spot"]
    assert spot == NodePool({"disk": "ssd", "life": "spot"}, (*own["tolerations"], toleration))


def test_the_catalogue_has_teams() -> None:
    teams = {"finance": {"costCentre": "4711", "most": {"cpu": 8}}, "science": {"folders": [], "owners": ["ada"]}}
    catalogue = from_json(json.dumps(_catalogue(render({"tasks": {"teams": teams}}))))
    assert catalogue.teams == {
        "finance": Team("finance", folders=("finance",), cost_centre="4711", most=Amounts(cpu=8000)),
        "science": Team("science", owners=("ada",)),
    }


def test_the_catalogue_names_templates_that_exist(release: Release) -> None:
    named = {image["template"] for image in _catalogue(release)["images"].values()}
    files = release.all("ConfigMap")["pod-templates"]["data"]
    assert named == {f"/opt/airflow/pod-templates/{file}" for file in files}


def test_without_the_pod_operator_nobody_may_start_pods_but_the_scheduler() -> None:
    release = render({"tasks": {"podOperator": {"enabled": False}}})
    assert _catalogue(release)["podLauncher"] is None
    assert "pod-launcher" not in release.all("Role")


def test_dags_from_a_volume_are_read_only_and_where_they_are_needed() -> None:
    pods = render({"dags": {"volume": {"claim": "dags"}}}).pods()
    mounts = {
        owner: mount
        for owner, pod in pods.items()
        for mount in pod.main.get("volumeMounts", [])
        if mount["mountPath"] == "/opt/airflow/dags"
    }
    assert set(mounts) == {"dag-processor", "triggerer", "task-pod/base"}
    assert all(mount["readOnly"] for mount in mounts.values())


def _catalogue(release: Release) -> dict[str, Any]:
    catalogue: dict[str, Any] = json.loads(release.all("ConfigMap")["catalogue"]["data"]["catalogue.json"])
    return catalogue
