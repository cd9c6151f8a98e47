"""Clean-ups, and objects that a site adds."""

import json
from typing import Any

import pytest

from tests.chart.rendered import Release, refusal, render, variables

WHOLE = {"cleanup": {"database": {"enabled": True}}}


def test_pods_are_cleaned_up_and_rows_only_on_request() -> None:
    assert set(render().all("CronJob")) == {"cleanup-pods"}
    assert set(render(WHOLE).all("CronJob")) == {"cleanup-pods", "cleanup-database"}
    off = render({"cleanup": {"pods": {"enabled": False}}})
    assert not [found for found in off.objects if "cleanup" in found["metadata"]["name"]]


@pytest.mark.parametrize("owner", ["cleanup-pods", "cleanup-database"])
def test_one_clean_up_runs_at_a_time(owner: str) -> None:
    assert render(WHOLE).all("CronJob")[owner]["spec"]["concurrencyPolicy"] == "Forbid"


@pytest.mark.parametrize(
    ("scheduler", "minutes"),
    [({}, "45"), ({"task_queued_timeout": 7200}, "135"), ({"task_queued_timeout": None}, "45")],
)
def test_a_pod_that_waits_is_left_alone_for_as_long_as_its_task_may_wait(
    scheduler: dict[str, Any], minutes: str
) -> None:
    args = render({"config": {"scheduler": scheduler}}).pods()["cleanup-pods"].main["args"]
    assert f"--min-pending-minutes={minutes}" in args


def test_the_age_and_the_schedule_are_the_values() -> None:
    values = {"cleanup": {"pods": {"minutes": 5, "schedule": "@daily"}, "database": {"enabled": True, "days": 7}}}
    release = render(values)
    assert release.all("CronJob")["cleanup-pods"]["spec"]["schedule"] == "@daily"
    assert "--min-completed-minutes=5" in release.pods()["cleanup-pods"].main["args"]
    assert release.pods()["cleanup-database"].main["args"] == ["--days=7"]


@pytest.mark.parametrize("schedule", ["hourly", "* * * *", ""])
def test_a_schedule_that_cron_does_not_know_is_refused(schedule: str) -> None:
    assert "at '/cleanup/pods/schedule'" in refusal({"cleanup": {"pods": {"schedule": schedule}}})


@pytest.mark.parametrize("owner", ["cleanup-pods", "cleanup-database"])
def test_both_honour_the_keys_for_pods(owner: str) -> None:
    values: dict[str, Any] = {
        "env": {"SOME_NAME": "value"},
        "nodeSelector": {"pool": "some"},
        "tolerations": [{"key": "some"}],
        "priorityClassName": "some",
        "podLabels": {"some": "label"},
        "serviceAccount": {"annotations": {"some": "account"}},
        "volumes": [{"name": "some", "emptyDir": {}}],
        "volumeMounts": [{"name": "some", "mountPath": "/some"}],
    }
    release = render({"cleanup": {**values, **WHOLE["cleanup"]}})
    pod = release.pods()[owner]
    assert {"name": "SOME_NAME", "value": "value"} in pod.main["env"]
    assert values["volumeMounts"][0] in pod.main["volumeMounts"]
    assert values["volumes"][0] in pod.spec["volumes"]
    assert pod.metadata["labels"]["some"] == "label"
    assert release.all("ServiceAccount")[owner]["metadata"]["annotations"] == {"some": "account"}
    for key in ("nodeSelector", "tolerations", "priorityClassName"):
        assert pod.spec[key] == values[key]


def test_objects_of_a_sites_own_are_templates() -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "{{ .Release.Name }}-all", "labels": {"size": "{{ .Values.apiServer.replicas }}"}},
        "spec": {"hard": {"pods": "50"}},
    }
    found = _added({"extraObjects": [quota, {**quota, "metadata": {"name": "second"}}]}, "ResourceQuota")
    assert found["all"]["metadata"]["labels"] == {"size": "1"}
    assert set(found) == {"all", "second"}


def test_what_is_no_object_is_refused() -> None:
    assert "at '/extraObjects/0': missing properties" in refusal({"extraObjects": [{"name": "x"}]})


DECLARED: dict[str, Any] = {
    "pools": {"heavy": {"slots": 2}},
    "variables": {"bucket": "lake", "limits": {"rows": 5}},
    "connections": {"lake": {"name": "lake", "key": "url"}, "api": {"name": "site", "key": "api"}},
}


def test_what_is_declared_goes_to_the_migration_alone_and_connections_by_secret() -> None:
    release = render({"declare": DECLARED})
    own = variables(release.pods()["migrate"].main)
    assert json.loads(own["DECLARED"]["value"]) == {**DECLARED, "connections": ["api", "lake"]}
    assert own["DECLARED_CONNECTION_0"]["valueFrom"]["secretKeyRef"] == {"name": "site", "key": "api"}
    assert own["DECLARED_CONNECTION_1"]["valueFrom"]["secretKeyRef"] == {"name": "lake", "key": "url"}
    assert "AIRFLOW__CORE__FERNET_KEY" in own
    others = [pod for owner, pod in release.pods().items() if owner != "migrate"]
    assert not [pod for pod in others for one in pod.containers() if "DECLARED" in json.dumps(one)]


def test_another_declaration_is_another_job() -> None:
    names = {
        next(name for name in render({"declare": {"pools": pools}}).all("Job") if name.startswith("migrate"))
        for pools in ({}, {"heavy": {"slots": 2}}, {"heavy": {"slots": 3}})
    }
    assert len(names) == 3


def test_a_connection_in_plain_text_is_refused() -> None:
    assert "at '/declare/connections/lake'" in refusal({"declare": {"connections": {"lake": "aws://key:secret@"}}})


def _added(values: dict[str, Any], kind: str) -> dict[str, Any]:
    release: Release = render(values)
    return release.all(kind)
