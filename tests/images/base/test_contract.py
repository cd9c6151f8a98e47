"""Every image runs what the KubernetesExecutor gives to a task's pod, and tells the API server how it ended."""

from dataclasses import replace

from tests.images.conftest import Running

from airflow_k8s.images import contract


def test_a_task_that_succeeds_ends_in_success(bench: contract.Bench, running: Running) -> None:
    outcome = contract.run_task(bench, running.image, "succeeds")
    assert outcome.state == "success", outcome.log


def test_a_task_that_fails_ends_in_failure(bench: contract.Bench, running: Running) -> None:
    outcome = contract.run_task(bench, running.image, "fails")
    assert outcome.state == "failed"
    assert "this task fails on purpose" in outcome.log


def test_a_pod_ends_with_its_task_and_not_at_the_next_heartbeat(bench: contract.Bench, running: Running) -> None:
    seldom = {"AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": str(contract.SECONDS_TO_RUN + 60)}
    patient = replace(bench, configuration={**bench.configuration, **seldom})
    assert contract.run_task(patient, running.image, "succeeds").state == "success"


def test_a_task_runs_as_airflow_runs_it_where_the_quick_start_is_off(bench: contract.Bench, running: Running) -> None:
    off = replace(bench, configuration={**bench.configuration, "AIRFLOW_K8S_QUICK_START": "false"})
    outcome = contract.run_task(off, running.image, "succeeds")
    assert (outcome.state, '"filename":"execute_workload.py"' in outcome.log) == ("success", True)
