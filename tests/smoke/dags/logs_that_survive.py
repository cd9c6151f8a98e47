"""Logs in several parts, a long one, and one that nobody is left to hand in (tests/smoke/test_logs.py)."""

import os
import signal
import time
from datetime import timedelta

from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseOperator, dag, task

LINES = 40


class Pauses(BaseOperator):
    """Frees its pod for a while; a triggerer waits meanwhile."""

    def execute(self, context):
        print("I pause.", flush=True)
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=3)), method_name="go_on")

    def go_on(self, context, event=None):
        print("I go on.", flush=True)


@dag(schedule=None, tags=["smoke"], default_args={"executor_config": {"cpu": 0.1, "memory": "300Mi"}})
def logs_that_survive():
    @task
    def is_killed_with_its_supervisor() -> None:
        """As the kernel does where a container's limit counts for all of its processes at once (cgroup v2)."""
        print("My last line.", flush=True)
        time.sleep(2)
        os.kill(os.getppid(), signal.SIGKILL)

    @task(trigger_rule="all_done")
    def counts() -> None:
        for number in range(LINES):
            print(f"I count {number:02} of {LINES}.", flush=True)
            time.sleep(1)

    @task
    def speaks_ten_megabytes() -> None:
        for number in range(40_000):
            print(f"line {number:06} {'x' * 200}")

    is_killed_with_its_supervisor() >> counts()
    Pauses(task_id="pauses")
    speaks_ten_megabytes()


logs_that_survive()
