"""Clean-ups, and objects that a site adds."""

from typing import Any

import pytest

from tests.chart.rendered import Release, refusal, render

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
    [({}, "45"), ({"task_queued_timeout": 7200}, "135"), ({"task_queued_timeout": None}, "25")],
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


def _added(values: dict[str, Any], kind: str) -> dict[str, Any]:
    release: Release = render(values)
    return release.all(kind)
