"""What is done at once, what waits, and what becomes of it when something fails or somebody interrupts."""

import os
import signal
import threading
import time

import pytest

from airflow_k8s import process
from airflow_k8s.errors import UserError
from airflow_k8s.images.schedule import in_order

TREE = {"base": [], "python-data": ["base"], "r-data": ["base"], "postgres": []}


def test_siblings_are_done_at_once() -> None:
    together = threading.Barrier(2)
    in_order({"python-data": [], "r-data": []}, lambda _: together.wait(5), jobs=2)


def test_no_more_is_done_at_once_than_is_asked_for() -> None:
    working: list[str] = []

    def work(name: str) -> int:
        working.append(name)
        time.sleep(0.01)
        at_once = len(working)
        working.remove(name)
        return at_once

    assert set(in_order(TREE, work, jobs=1).values()) == {1}


def test_parents_come_first() -> None:
    begun: list[str] = []
    in_order(TREE, begun.append, jobs=4)
    assert begun.index("base") < min(begun.index("python-data"), begun.index("r-data"))


def fail(*names: str):
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        if name in names:
            raise UserError(f"{name} broke.", "A reason.", "A remedy.")

    return work, begun


def test_what_needs_a_failed_one_is_not_begun_and_the_rest_goes_on() -> None:
    work, begun = fail("base")
    with pytest.raises(UserError, match=r"^base broke. A reason. A remedy.$"):
        in_order(TREE, work, jobs=1)
    assert sorted(begun) == ["base", "postgres"]


def test_all_that_failed_are_named() -> None:
    work, _ = fail("python-data", "r-data")
    with pytest.raises(UserError) as error:
        in_order(TREE, work, jobs=1)
    assert error.value.what.strip() == "2 failed: `python-data`, `r-data`."
    assert {"python-data broke. A reason. A remedy.", "r-data broke. A reason. A remedy."} <= set(
        error.value.why.splitlines()
    )


def test_an_interrupt_ends_what_runs_and_begins_nothing_more() -> None:
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        process.run(["sleep", "60"])

    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        in_order(TREE, work, jobs=2)
    assert time.monotonic() - begin < 5
    assert sorted(begun) == ["base", "postgres"]
