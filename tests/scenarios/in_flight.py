"""A task that is in flight for as long as a test wants, and what became of it."""

from contextlib import suppress
from dataclasses import dataclass

from airflow_k8s.errors import UserError
from airflow_k8s.platform.apart import RECORDED, Release, Values, with_dag
from airflow_k8s.platform.rest import FINISHED, Airflow, wait_until

DAG_ID = "in_flight"
WAITS = "I wait to be let go."
GO = "/tmp/go"
DAG = f"""
import time
from datetime import timedelta
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None)
def {DAG_ID}():
    @task(retries=1, retry_delay=timedelta(0), executor_config={{"cpu": 0.1, "memory": "300Mi"}})
    def waits() -> str:
        print("{WAITS}", flush=True)
        while not Path("{GO}").exists():
            time.sleep(0.2)
        return "done"

    waits()


{DAG_ID}()
"""
ONCE = ("success", [(1, "success", "")])
"""What `Flight.end` says of a task that nothing touched."""


VALUES: Values = {**with_dag(DAG_ID), **RECORDED}
"""The DAG, and a record of every try."""


@dataclass(frozen=True)
class Flight:
    """A run whose task waits in its pod."""

    release: Release
    run_id: str
    pod: str

    def let_go(self) -> None:
        """Let it end."""
        self.release.kubectl("exec", self.pod, "--", "touch", GO)

    def end(self) -> tuple[str, list[tuple[int, str, str]]]:
        """How the run ended, and each try's number, outcome and reason as they are recorded."""
        with self.release.signed_in() as airflow:
            wait_until(lambda: self._state(airflow) in FINISHED, f"the run {self.run_id} ends", 600)
            state = self._state(airflow)
        wait_until(lambda: not self._records("ended_at is null"), "every record is closed", 120)
        return state, self._records("true")

    def log(self, try_number: int = 1) -> str:
        with self.release.signed_in() as airflow:
            return airflow.log(DAG_ID, self.run_id, "waits", try_number)

    def _state(self, airflow: Airflow) -> str:
        with suppress(UserError):  # Airflow's database is not back yet
            return airflow.state(DAG_ID, self.run_id)
        return ""

    def _records(self, which: str) -> list[tuple[int, str, str]]:
        columns = "try_number, outcome, coalesce(reason, '')"
        query = f"select {columns} from task_runs where run_id = '{self.run_id}' and {which} order by 1;"  # noqa: S608
        return [(int(number), outcome, reason) for number, outcome, reason in self.release.sql(query)]


def begin(release: Release) -> Flight:
    """Start a run, and wait until its task waits."""
    with release.signed_in() as airflow:
        wait_until(lambda: airflow.knows(DAG_ID), "the DAG is known", 180)
        run_id = airflow.start(DAG_ID)
    return waiting(release, run_id)


def waiting(release: Release, run_id: str, try_number: int = 1) -> Flight:
    """A try of a run's task, once it waits."""
    wait_until(lambda: bool(_pods(release, run_id, try_number)), f"try {try_number} has a pod", 300)
    (pod,) = _pods(release, run_id, try_number)
    wait_until(lambda: WAITS in _said(release, pod), f"try {try_number} waits", 180)
    return Flight(release, run_id, pod)


def _pods(release: Release, run_id: str, try_number: int) -> list[str]:
    pods = release.json("pods", f"--selector=dag_id={DAG_ID},try_number={try_number}")["items"]
    return [pod["metadata"]["name"] for pod in pods if pod["metadata"]["annotations"]["run_id"] == run_id]


def _said(release: Release, pod: str) -> str:
    with suppress(UserError):  # its container does not run yet
        return release.kubectl("logs", pod)
    return ""
