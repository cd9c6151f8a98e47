"""Logs: kept with nothing configured, by something that tasks do not know of; and elsewhere when a site says so."""

import pytest

from airflow_k8s.logs import store
from tests.chart.rendered import Release, render, variables

OFF, ON = render({"logStore": {"enabled": False}}), render()
READERS = {"api-server", "triggerer"}
CLASS, STORE = "AIRFLOW__LOGGING__LOGGING_CONFIG_CLASS", "AIRFLOW_K8S_LOG_STORE"


def logging(release: Release) -> dict[str, str]:
    sections = ("AIRFLOW__LOGGING__REMOTE", "AIRFLOW__ELASTICSEARCH", "AIRFLOW__OPENSEARCH")
    return {name: value for name, value in release.config().items() if name.startswith(sections)}


def test_the_store_follows_the_task_pods_of_its_release() -> None:
    options = dict(word.split("=", 1) for word in ON.pods()["log-store"].main["args"][1:])
    wanted = dict(label.split("=") for label in options["--selector"].split(","))
    assert wanted.items() <= ON.task_pods()["base"].metadata["labels"].items()
    assert options["--namespace"] == ON.config()["AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE"]


def test_the_store_takes_its_options(release: Release) -> None:
    words = release.pods()["log-store"].main["args"]
    options = store.options().parse_args(words)
    assert options.size >= 2**30
    assert options.days == (7 if "--days=7" in words else 30)


def test_where_it_keeps_logs_is_on_its_volume_and_one_pod_alone_writes_there() -> None:
    held = ON.all("StatefulSet")["log-store"]["spec"]
    (mount,) = [one for one in held["template"]["spec"]["containers"][0]["volumeMounts"] if one["name"] == "data"]
    assert ON.pods()["log-store"].main["args"][0].startswith(mount["mountPath"] + "/")
    assert held["replicas"] == 1
    assert held["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_the_readers_find_it() -> None:
    service = ON.all("Service")["log-store"]
    port = service["spec"]["ports"][0]["port"]
    assert port == store.PORT == ON.pods()["log-store"].main["ports"][0]["containerPort"]
    for owner in READERS:
        assert variables(ON.pods()[owner].main)[STORE]["value"] == f"http://airflow-log-store:{port}"


def test_nobody_else_and_no_task_knows_of_it(release: Release) -> None:
    for owner, pod in release.pods().items():
        for container in pod.containers():
            knows = {CLASS, STORE} & set(variables(container))
            assert bool(knows) is (owner in READERS and container is pod.main), owner
    assert not {CLASS, STORE} & set(release.config())


def test_who_needs_no_pods_has_no_rights_to_them() -> None:
    # Without the store, Airflow reads a running task's log from its pod.
    for release, reads in ((ON, False), (OFF, True)):
        assert ("api-server" in release.all("Role")) is reads
        assert ("api-server" in release.all("RoleBinding")) is reads
        assert release.pods()["api-server"].spec["automountServiceAccountToken"] is reads


def test_without_it_there_is_nothing_of_it() -> None:
    for kind in ("StatefulSet", "Service", "Role", "RoleBinding", "ServiceAccount"):
        assert "log-store" not in OFF.all(kind), kind
    assert not [owner for owner in READERS if {CLASS, STORE} & set(variables(OFF.pods()[owner].main))]


def test_what_changes_with_every_release_does_not_restart_it() -> None:
    before, after = ON.pods()["log-store"], render({"config": {"core": {"parallelism": 7}}}).pods()["log-store"]
    assert before == after
    assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(before.metadata["labels"])


@pytest.mark.parametrize(
    ("remote", "options"),
    [
        ("", {}),
        ("s3://bucket/logs", {"LOGGING__REMOTE_BASE_LOG_FOLDER": "s3://bucket/logs"}),
        ("gs://bucket/logs", {"LOGGING__REMOTE_BASE_LOG_FOLDER": "gs://bucket/logs"}),
        ("wasb://logs", {"LOGGING__REMOTE_BASE_LOG_FOLDER": "wasb://logs"}),
        (
            "elasticsearch+https://es:9200",
            {
                "ELASTICSEARCH__HOST": "https://es:9200",
                "ELASTICSEARCH__WRITE_TO_ES": "true",
                "ELASTICSEARCH__JSON_FORMAT": "true",
            },
        ),
        (
            "opensearch+https://os:9200",
            {
                "OPENSEARCH__HOST": "https://os:9200",
                "OPENSEARCH__WRITE_TO_OS": "true",
                "OPENSEARCH__JSON_FORMAT": "true",
            },
        ),
    ],
)
def test_another_place_is_named_by_a_url(remote: str, options: dict[str, str]) -> None:
    wanted = {f"AIRFLOW__{name}": value for name, value in options.items()}
    switch = {"AIRFLOW__LOGGING__REMOTE_LOGGING": "true"} if remote else {}
    assert logging(render({"logs": {"remote": remote}})) == wanted | switch


def test_a_connection_to_it_is_named_and_not_shown() -> None:
    release = render({"logs": {"remote": "s3://bucket/logs", "connection": "logs"}})
    assert release.config()["AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID"] == "logs"
    assert variables(release.task_pods()["base"].main) == variables(ON.task_pods()["base"].main)
