"""Every container of every pod in every supported set-up."""

from collections.abc import Iterator

import pytest

from airflow_k8s.paths import CHART
from tests.chart.rendered import SET_UPS, Object, Pod, Release, render, variables

SERVERS = {"api-server", "execution-api", "scheduler", "dag-processor", "triggerer"}
"""What runs Airflow all the time."""


def servers(release: Release) -> dict[str, Pod]:
    """The pods of the servers that this set-up has."""
    return {owner: pod for owner, pod in release.pods().items() if owner in SERVERS}


def every_container(release: Release) -> Iterator[tuple[str, Pod, Object]]:
    for owner, pod in release.pods().items():
        for container in pod.containers():
            yield f"{owner}:{container['name']}", pod, container


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a container, named after its set-up, its pod and itself."""
    if "container" in metafunc.fixturenames:
        rows = [
            pytest.param(pod, container, id=f"{set_up}:{label}")
            for set_up in SET_UPS
            for label, pod, container in every_container(render(set_up=set_up))
        ]
        metafunc.parametrize(("pod", "container"), rows)


def test_passes_pod_security_restricted(pod: Pod, container: Object) -> None:
    # https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    whole, own = pod.spec["securityContext"], container["securityContext"]
    assert whole["runAsNonRoot"] is True
    assert whole.get("runAsUser") != 0
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod.spec)
    kinds = {kind for volume in pod.spec.get("volumes", []) for kind in volume if kind != "name"}
    assert kinds <= {"configMap", "emptyDir", "secret", "persistentVolumeClaim", "projected"}


def test_has_a_root_that_cannot_be_written(pod: Pod, container: Object) -> None:
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_asks_for_what_it_needs_and_cannot_eat_the_node(pod: Pod, container: Object) -> None:
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert "memory" in container["resources"]["limits"]


def test_has_each_variable_once(pod: Pod, container: Object) -> None:
    # A variable given twice keeps the scheduler from adopting a pod (apache/airflow#20690).
    assert len(variables(container)) == len(container.get("env", []))


def test_mounts_volumes_that_the_pod_has(pod: Pod, container: Object) -> None:
    volumes = {volume["name"] for volume in pod.spec.get("volumes", [])} | {"data"}
    assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes


def test_tells_its_last_words(pod: Pod, container: Object) -> None:
    assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"


def test_servers_have_probes_with_a_budget_for_slow_starts(release: Release) -> None:
    for owner, pod in servers(release).items():
        startup = pod.main["startupProbe"]
        assert startup["periodSeconds"] * startup["failureThreshold"] >= 300, owner
        assert "livenessProbe" in pod.main, owner


def test_a_probe_that_starts_python_runs_at_most_once_a_minute(release: Release) -> None:
    for owner, pod in servers(release).items():
        probe = pod.main["livenessProbe"]
        assert "httpGet" in probe or probe["periodSeconds"] >= 60, owner


def test_old_pods_stay_until_new_ones_are_ready(release: Release) -> None:
    for name in servers(release):
        assert release.all("Deployment")[name]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_servers_wait_for_the_migration(release: Release) -> None:
    for pod in servers(release).values():
        assert pod.spec["initContainers"][0]["name"] == "wait-for-migrations"


@pytest.mark.parametrize(("set_up", "most"), [("kind", 200), ("fab", 700)])
def test_the_platform_leaves_room_for_tasks_on_two_cores(set_up: str, most: int) -> None:
    pods = render(set_up=set_up).pods()
    # Those that stay; a task's pod, a clean-up and a test come and go.
    stay = {
        owner: pod for owner, pod in pods.items() if not owner.startswith(("task-pod/", "cleanup-", "gate", "test"))
    }
    asked = {owner: pod.main["resources"]["requests"]["cpu"] for owner, pod in stay.items()}
    assert sum(int(cpu.removesuffix("m")) for cpu in asked.values()) <= most, asked


def test_where_the_cluster_gives_every_pod_its_user_no_pod_names_one() -> None:
    # https://docs.redhat.com/en/documentation/openshift_container_platform: SCC restricted-v2, MustRunAsRange
    for owner, pod in render(set_up="openshift").pods().items():
        named = {"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups"} & {
            key for part in (pod.spec, *pod.containers()) for key in part.get("securityContext", {})
        }
        assert not named, owner


def test_the_set_up_with_everything_has_every_component() -> None:
    folders = {file.parent.name for file in (CHART / "templates").glob("*/*.yaml")}
    pods = {owner.split("/")[0] for owner in render(set_up="everything").pods()}
    no_pods = {"catalogue", "config", "extra", "network", "pod-launcher", "team"}
    assert folders - pods == {*no_pods, "preflight"}  # the latter is for a database of one's own


def test_pods_carry_their_folders_name(release: Release) -> None:
    for owner, pod in release.pods().items():
        assert pod.metadata["labels"]["app.kubernetes.io/component"] == owner.split("/")[0]
