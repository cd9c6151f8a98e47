"""Every image runs what the KubernetesExecutor gives to a task's pod, and tells the API server how it ended."""

from tests.images.conftest import Running

from airflow_k8s.images import contract


def test_a_task_that_succeeds_ends_in_success(bench: contract.Bench, running: Running) -> None:
    outcome = contract.run_task(bench, running.image, "succeeds")
    assert outcome.state == "success", outcome.log


def test_a_task_that_fails_ends_in_failure(bench: contract.Bench, running: Running) -> None:
    outcome = contract.run_task(bench, running.image, "fails")
    assert outcome.state == "failed"
    assert "this task fails on purpose" in outcome.log
