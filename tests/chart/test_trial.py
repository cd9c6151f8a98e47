"""`helm test`: what the chart sets up for it."""

import json

import pytest

from airflow_k8s.trial import BUNDLE
from tests.chart.rendered import Release, Values, render


def test_it_runs_at_helm_test_alone(release: Release) -> None:
    named = [found for found in release.objects if found["metadata"]["name"] == "airflow-test"]
    made = [found for found in named if found["kind"] != "NetworkPolicy"]
    assert {found["kind"] for found in made} == {"Pod", "Role", "RoleBinding", "ServiceAccount"}
    for found in made:
        assert found["metadata"]["annotations"]["helm.sh/hook"] == "test"
    order = {found["kind"]: int(found["metadata"]["annotations"]["helm.sh/hook-weight"]) for found in made}
    assert max(order, key=lambda kind: order[kind]) == "Pod"


def test_its_dag_is_in_a_bundle_beside_the_sites_own() -> None:
    bundles = json.loads(render().config()["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    assert [bundle["name"] for bundle in bundles] == ["dags-folder", "airflow-k8s"]
    assert bundles[1] == BUNDLE


def test_without_it_nothing_of_it_is_there() -> None:
    off = render({"test": {"enabled": False}})
    assert BUNDLE not in json.loads(off.config()["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    assert "airflow-test" not in off.text


@pytest.mark.parametrize(
    ("values", "survive"),
    [({}, True), ({"logStore": {"enabled": False}}, False), ({"logs": {"remote": "s3://bucket/logs"}}, True)],
)
def test_it_knows_whether_logs_survive(values: Values, survive: bool) -> None:
    assert ("--logs-survive" in render(values).pods()["test"].main["args"]) is survive


def test_it_finds_the_api_server_and_the_catalogue() -> None:
    release = render(set_up="kind")
    url, namespace, catalogue, *_ = release.pods()["test"].main["args"]
    assert url == "http://airflow-api-server:8080"
    assert release.all("Service")["api-server"]["spec"]["ports"][0]["port"] == 8080
    assert namespace == "airflow"
    (mount,) = [one for one in release.pods()["test"].main["volumeMounts"] if one["name"] == "catalogue"]
    assert catalogue == f"{mount['mountPath']}/{next(iter(release.all('ConfigMap')['catalogue']['data']))}"
