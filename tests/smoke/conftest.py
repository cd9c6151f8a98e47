"""A running platform on kind, and DAG runs on it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from airflow_k8s import options
from airflow_k8s.paths import KUBECONFIG
from airflow_k8s.platform.pods import PodRecorder, wait_for_none
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.platform.tour import queued_to_running
from airflow_k8s.up import bring_up
from tests.smoke import ends

STARTS: dict[str, float] = {}
"""Seconds from queued to running of every task that ran, for the closing report."""


def pytest_configure() -> None:
    # pytest-helm-charts reads the cluster to test from these
    os.environ["KUBECONFIG"] = str(KUBECONFIG)
    os.environ["ATS_CLUSTER_TYPE"] = "existing"


@dataclass(frozen=True)
class Run:
    """A finished run of a DAG, and the pods that its tasks had."""

    airflow: Airflow
    dag_id: str
    run_id: str
    state: str
    recorder: PodRecorder

    def returned(self, task_id: str, map_index: int = -1) -> Any:
        return self.airflow.returned(self.dag_id, self.run_id, task_id, map_index)

    def task_states(self) -> dict[str, str]:
        return {task["task_id"]: task["state"] for task in self.airflow.tasks(self.dag_id, self.run_id)}

    def pods(self, task_id: str) -> list[Any]:
        return self.recorder.of(self.dag_id, self.run_id, task_id)

    def container(self, task_id: str) -> Any:
        (pod,) = self.pods(task_id)
        return pod.spec.containers[0]


@pytest.fixture(scope="session")
def airflow() -> Airflow:
    return bring_up(options.registry(), options.port())[0]


@pytest.fixture(scope="session")
def every_end(airflow: Airflow) -> str:
    """The id of a finished run of the DAG whose tasks end in every way."""
    return ends.run(airflow)


@pytest.fixture
def run(airflow: Airflow) -> Iterator[Callable[..., Run]]:
    """Run a DAG to its end, and do meanwhile with the run's id what is asked for.

    Afterwards no task pod may be left: the platform is back at zero.
    """

    def to_the_end(dag_id: str, meanwhile: Callable[[str], None] = lambda run_id: None) -> Run:
        wait_until(lambda: airflow.knows(dag_id), f"the DAG processor has read {dag_id}", 180)
        with PodRecorder() as recorder:
            run_id = airflow.start(dag_id)
            meanwhile(run_id)
            state = airflow.finish(dag_id, run_id)
            for other in airflow.runs(dag_id):  # a DAG with a schedule runs once more, as soon as it may
                airflow.finish(dag_id, other["dag_run_id"])
        _note_starts(airflow, dag_id, run_id)
        return Run(airflow, dag_id, run_id, state, recorder)

    yield to_the_end
    assert wait_for_none() == []


def _note_starts(airflow: Airflow, dag_id: str, run_id: str) -> None:
    for task in airflow.tasks(dag_id, run_id):
        if task["start_date"] and task["queued_when"]:
            STARTS[f"{dag_id}.{task['task_id']}[{task['map_index']}]"] = queued_to_running(task)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if STARTS:
        terminalreporter.section("seconds from queued to running")
        for name, seconds in sorted(STARTS.items(), key=lambda item: item[1]):
            terminalreporter.write_line(f"{seconds:5.1f}  {name}")
