"""Where DAGs come from: one pod fetches the site's repository, and all others ask that pod."""

import json
from typing import Any

import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager

from airflow_k8s.dags import mirror
from airflow_k8s.dags.bundle import GitBundle
from tests.chart.rendered import GIT, SET_UPS, Release, Values, render

FROM_GIT = render(set_up="git")
NAME = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"


def bundles(release: Release) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(release.config()[NAME])
    return found


def git(**values: object) -> Values:
    return {**GIT, "dags": {"git": {**GIT["dags"]["git"], **values}}}


def test_airflow_takes_the_bundles_of_every_set_up(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, release.config()[NAME])
    assert next(DagBundlesManager().get_all_dag_bundles()).name == "dags-folder"


def test_the_bundle_of_the_repository_asks_the_pod_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, FROM_GIT.config()[NAME])
    found = DagBundlesManager().get_bundle("dags-folder")
    assert isinstance(found, GitBundle)
    port = FROM_GIT.all("Service")["dags"]["spec"]["ports"][0]["port"]
    assert found._mirror == f"http://airflow-dags.airflow:{port}"
    assert port == mirror.PORT == FROM_GIT.pods()["dags"].main["ports"][0]["containerPort"]


def test_the_pod_takes_its_options() -> None:
    told = mirror.options().parse_args(FROM_GIT.pods()["dags"].main["args"])
    assert (told.url, told.branch, told.subfolder) == ("git@git.example.org:data/dags.git", "production", "dags")
    assert told.interval == 60


def test_further_bundles_stand_between_the_sites_and_the_charts() -> None:
    assert [bundle["name"] for bundle in bundles(FROM_GIT)] == ["dags-folder", "shared", "airflow-k8s"]
    assert bundles(FROM_GIT)[1]["kwargs"] == {"path": "/opt/airflow/dags"}


def test_the_name_of_the_sites_bundle_is_one_wherever_its_files_are() -> None:
    """A run that began before the move to git finds its bundle."""
    assert {bundles(render(set_up=set_up))[0]["name"] for set_up in SET_UPS} == {"dags-folder"}


@pytest.mark.parametrize(("interval", "asked"), [(60, 10), (5, 5)])
def test_new_commits_are_asked_for_often_enough(interval: int, asked: int) -> None:
    assert bundles(render(git(interval=interval)))[0]["kwargs"]["refresh_interval"] == asked


@pytest.mark.parametrize("set_up", ["git", "everything"])
def test_the_credentials_are_in_one_pod_alone(set_up: str) -> None:
    release = render(set_up=set_up)
    secret = release.pods()["dags"].spec["volumes"][-1]["secret"]["secretName"]
    holders = {owner for owner, pod in release.pods().items() if secret in json.dumps(pod.spec)}
    assert holders == {"dags"}


def test_without_a_secret_none_is_mounted() -> None:
    pod = render(git()).pods()["dags"]
    assert "secret" not in {found["name"] for found in [*pod.spec["volumes"], *pod.main["volumeMounts"]]}


def test_it_serves_what_it_has_while_the_repository_is_away() -> None:
    pod = FROM_GIT.pods()["dags"].main
    assert mirror.PROBLEM in pod["readinessProbe"]["exec"]["command"][-1]
    assert pod["livenessProbe"]["httpGet"]["path"] == "/health"
    assert FROM_GIT.all("Service")["dags"]["spec"]["publishNotReadyAddresses"] is True


def test_its_volume_has_one_writer_and_no_other_pod() -> None:
    assert FROM_GIT.all("Deployment")["dags"]["spec"]["strategy"] == {"type": "Recreate"}
    assert FROM_GIT.all("PersistentVolumeClaim")["dags"]["spec"]["accessModes"] == ["ReadWriteOnce"]
    users = [owner for owner, pod in FROM_GIT.pods().items() if "persistentVolumeClaim" in json.dumps(pod.spec)]
    assert users == ["dags"]


def test_without_git_there_is_nothing_of_it() -> None:
    assert not [found for found in render().objects if found["metadata"]["name"] == "airflow-dags"]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://git.example.org/dags.git", 443),
        ("https://git.example.org:8443/dags.git", 8443),
        ("http://gitea.tools:3000/data/dags", 3000),
        ("http://gitea.tools/data/2022:10/dags", 80),
        ("ssh://git@git.example.org/dags.git", 22),
        ("ssh://git@git.example.org:2222/dags.git", 2222),
        ("git@git.example.org:data/dags.git", 22),
        ("git://git.tools/dags", 9418),
    ],
)
def test_it_may_call_on_the_port_of_the_repository(url: str, port: int) -> None:
    egress = render(git(url=url)).all("NetworkPolicy")["dags"]["spec"]["egress"]
    assert egress[-1] == {"ports": [{"protocol": "TCP", "port": port}]}
