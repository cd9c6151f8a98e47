"""What holds for the running platform as a whole."""

import pykube
import pytest
from pytest_helm_charts.clusters import Cluster

from airflow_k8s.platform.namespace import NAMESPACE, RELEASE
from airflow_k8s.platform.rest import Airflow

COMPONENTS = ["api-server", "scheduler", "dag-processor", "triggerer"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_component_is_ready(airflow: Airflow, kube_cluster: Cluster, component: str) -> None:
    deployment = pykube.Deployment.objects(kube_cluster.kube_client, NAMESPACE).get_by_name(f"{RELEASE}-{component}")
    assert deployment.ready


def test_namespace_enforces_restricted_pods(airflow: Airflow, kube_cluster: Cluster) -> None:
    namespace = pykube.Namespace.objects(kube_cluster.kube_client).get_by_name(NAMESPACE)
    assert namespace.labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_part_of_airflow_reports_its_health(airflow: Airflow) -> None:
    health = airflow.get("/monitor/health")
    assert {part: report["status"] for part, report in health.items()} == {
        "metadatabase": "healthy",
        "scheduler": "healthy",
        "triggerer": "healthy",
        "dag_processor": "healthy",
    }
