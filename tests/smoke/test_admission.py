"""Every object and pod of every supported set-up, before the API server's own admission; nothing of it is made."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_k8s.cluster import kind
from airflow_k8s.errors import UserError
from airflow_k8s.platform.rest import Airflow
from tests.chart.rendered import SET_UPS, Object, Pod, render

NAMESPACE = "admission"
ELSEWHERE = {"serviceAccountName", "priorityClassName", "runtimeClassName"}
"""What a pod names that the namespace of this test has not."""

CLAIMS = {"log-store", "postgres"}
"""Whose volume `data` comes with their StatefulSet."""

OF_OPERATORS = {"HTTPRoute", "PrometheusRule", "ServiceMonitor"}
"""Kinds that a plain cluster does not know."""


@pytest.fixture(scope="module", autouse=True)
def namespace(airflow: Airflow) -> Iterator[None]:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
    kind.kubectl("apply", "--filename=-", stdin=json.dumps(manifest))  # one that was killed leaves it behind
    yield
    kind.kubectl("delete", "namespace", NAMESPACE)


def admit(objects: list[Any]) -> None:
    """Have the API server judge objects as if it made them.

    Raises:
        UserError: it refuses one.
    """
    for one in objects:
        one.setdefault("metadata", {})["namespace"] = NAMESPACE
    together = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    kind.kubectl("create", "--dry-run=server", "--output=name", "--filename=-", stdin=together)


def as_pod(pod: Pod) -> dict[str, Any]:
    """The pod that a Deployment, a Job or the executor would make."""
    spec = {key: value for key, value in pod.spec.items() if key not in ELSEWHERE}
    if pod.owner in CLAIMS:
        spec = {**spec, "volumes": [*spec["volumes"], {"name": "data", "emptyDir": {}}]}
    metadata = {**pod.metadata, "name": pod.owner.replace("/", "-")}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"restartPolicy": "Never", **spec}}


def known(found: Object) -> bool:
    """Whether it is of this cluster's kinds, and no pod, which the other test has."""
    return found["kind"] not in {*OF_OPERATORS, "Namespace", "Pod"}


@pytest.mark.parametrize("set_up", SET_UPS)
def test_every_pod_is_admitted_where_restricted_is_enforced(set_up: str) -> None:
    admit([as_pod(pod) for pod in render(set_up=set_up).pods().values()])


@pytest.mark.parametrize("set_up", SET_UPS)
def test_every_object_is_one_that_the_api_server_takes(set_up: str) -> None:
    # The running platform has the port on the node that the set-up for kind asks for.
    objects = json.loads(json.dumps(render(set_up=set_up).objects).replace('"nodePort": 30080', '"nodePort": 30081'))
    admit([found for found in objects if known(found)])


def test_a_pod_that_may_more_is_refused() -> None:
    pod = as_pod(render().pods()["scheduler"])
    pod["spec"]["securityContext"] = {"runAsNonRoot": False}
    with pytest.raises(UserError, match="runAsNonRoot"):
        admit([pod])
