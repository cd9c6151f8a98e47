"""What a person sees of steps that run at once, on a real terminal and in a log."""

import os
import pty
import re
import subprocess
import sys

import pytest

from airflow_k8s import progress

TWO_AT_ONCE = """
import threading, time
from airflow_k8s.progress import step, where_the_time_went, console

together = threading.Barrier(2)

def work(title, problem):
    with step(title):
        together.wait(5)
        time.sleep(1.1)
        if problem:
            raise problem

threads = [threading.Thread(target=work, args=each) for each in [("build one", None), ("build two", OSError())]]
threading.excepthook = lambda _: None
for thread in threads: thread.start()
for thread in threads: thread.join()
with step("push one"): pass
console.print(where_the_time_went())
"""


@pytest.fixture(scope="module")
def log() -> list[str]:
    run = subprocess.run([sys.executable, "-c", TWO_AT_ONCE], stdout=subprocess.PIPE, text=True, check=True)
    return run.stdout.splitlines()


@pytest.fixture(scope="module")
def screen() -> str:
    ours, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen([sys.executable, "-c", TWO_AT_ONCE], stdout=its, env=environment) as run:
        os.close(its)
        said = b"".join(iter(lambda: read(ours), b""))
    assert run.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""


def test_in_a_log_a_step_has_a_line_at_its_begin_and_one_at_its_end(log: list[str]) -> None:
    assert sorted(log[:2]) == ["… build one", "… build two"]
    assert sorted(re.sub(r"1\.\d", "1.1", line) for line in log[2:4]) == ["✓ build one (1.1 s)", "✗ build two (1.1 s)"]
    assert log[4:6] == ["… push one", "✓ push one (0.0 s)"]


def test_on_a_terminal_all_running_steps_are_shown_with_a_clock(screen: str) -> None:
    assert re.search(r"build one 0:00:01\s+\S build two 0:00:01", screen)
    assert "… build one" not in screen
    assert "✓ build one" in screen
    assert "✗ build two" in screen


def test_steps_that_ran_at_once_are_listed_each_and_counted_once(log: list[str]) -> None:
    table = "\n".join(log)
    assert re.search(r"build one +│ +1\.\d s", table)
    assert re.search(r"all +│ +1\.\d s", table)
    assert "push one  " not in table


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [([], 0), ([(1, 2)], 1), ([(1, 2), (3, 4)], 2), ([(1, 4), (2, 3)], 3), ([(2, 3), (0, 1), (1, 2)], 3)],
    ids=["nothing", "one", "one after another", "one in another", "in any order"],
)
def test_time_is_counted_once(spans: list[tuple[float, float]], seconds: float) -> None:
    assert progress.covered(spans) == seconds
