"""Tasks that end in every way; two wait for somebody to end them (tests/smoke/ends.py)."""

import time
from datetime import timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

LONG = 300
SMALL = {"cpu": 0.1, "memory": "300Mi"}


def wait() -> None:
    print("I wait for my end.", flush=True)
    time.sleep(LONG)


@dag(schedule=None, tags=["smoke"], default_args={"owner": "ada", "executor_config": SMALL})
def every_end():
    @task
    def does_its_work() -> int:
        return len(b"x" * 50 * 2**20)

    @task
    def fails() -> None:
        raise AirflowFailException("The door is locked.")

    @task(retries=1, retry_delay=timedelta(0))
    def fails_once(ti=None) -> None:
        if ti.try_number == 1:
            raise ValueError("The door is locked.")

    @task
    def skips_itself() -> None:
        raise AirflowSkipException("Nothing to do.")

    @task
    def one_of_two(number: int) -> int:
        return number

    @task
    def takes_too_much() -> int:
        print("I take too much.", flush=True)
        time.sleep(1)
        return len(b"x" * 2**30)

    @task(retries=1, retry_delay=timedelta(0))
    def is_deleted(ti=None) -> None:
        if ti.try_number == 1:
            wait()

    @task
    def is_drained() -> None:
        wait()

    @task
    def never_runs() -> None:
        pass

    does_its_work()
    fails() >> never_runs()
    fails_once()
    skips_itself()
    one_of_two.expand(number=[1, 2])
    takes_too_much()
    is_deleted()
    is_drained()


every_end()
