"""Helm 3 makes of the chart what Helm 4 makes of it, and Kubernetes 1.31 has all that is in it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from airflow_k8s.paths import CHART
from tests.chart.judging import built
from tests.chart.rendered import SET_UPS, Object, Release, helm

OLDEST = "--kube-version=1.31.0"
IN_1_31 = {
    "apps/v1": {"DaemonSet", "Deployment", "StatefulSet"},
    "autoscaling/v2": {"HorizontalPodAutoscaler"},
    "batch/v1": {"CronJob", "Job"},
    "networking.k8s.io/v1": {"Ingress", "NetworkPolicy"},
    "policy/v1": {"PodDisruptionBudget"},
    "rbac.authorization.k8s.io/v1": {"Role", "RoleBinding"},
    "v1": {
        *("ConfigMap", "LimitRange", "Namespace", "PersistentVolumeClaim", "Pod", "ResourceQuota", "Service"),
        "ServiceAccount",
    },
    # of others, where they are installed
    "gateway.networking.k8s.io/v1": {"HTTPRoute"},
    "monitoring.coreos.com/v1": {"PrometheusRule", "ServiceMonitor"},
}


def helm_3(*words: str, values: str = "{}", file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Helm 3, which thinks of a very old Kubernetes where none is named, as `helm` of rendered.py runs Helm 4."""
    files = ["--values", str(file)] if file else []
    command = [str(built("helm3")), *words, str(CHART), "--namespace", "airflow", *files, "--values", "-"]
    return subprocess.run(command, input=values, text=True, capture_output=True, check=False)


def by_name(text: str) -> dict[tuple[str, ...], Object]:
    objects = Release.parse(text).objects
    named = {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in objects}
    assert len(named) == len(objects)
    return named


@pytest.mark.parametrize("file", [None, *SET_UPS.values()], ids=["default", *SET_UPS])
def test_helm_3_and_helm_4_make_the_same_objects(file: Path | None) -> None:
    three, four = (run("template", "airflow", OLDEST, file=file) for run in (helm_3, helm))
    assert not three.returncode, three.stderr
    assert by_name(three.stdout) == by_name(four.stdout)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"webserver": {"replicas": 2}}, "written as apiServer, signIn"),
        ({"signIn": {"manager": "ldap"}}, "signIn"),
        ({"config": {"core": {"paralelism": 4}}}, "There is no option config.core.paralelism"),
    ],
)
def test_helm_3_refuses_what_helm_4_refuses(values: dict[str, Any], told: str) -> None:
    for run in (helm_3, helm):
        done = run("template", "airflow", OLDEST, values=json.dumps(values))
        assert done.returncode
        assert told in done.stderr


@pytest.mark.parametrize("file", [None, *SET_UPS.values()], ids=["default", *SET_UPS])
def test_kubernetes_1_31_is_enough(file: Path | None) -> None:
    done = helm("template", "airflow", OLDEST, file=file)
    assert not done.returncode, done.stderr
    own = [one for one in Release.parse(done.stdout).objects if "-site" not in one["metadata"]["name"]]
    assert not [one for one in own if one["kind"] not in IN_1_31[one["apiVersion"]]]
