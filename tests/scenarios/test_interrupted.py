"""`up` cut off at any step and started again finishes: the second day of everybody."""

import os
import signal
import subprocess
import sys
import time

import pytest

from airflow_k8s.cluster import kind
from airflow_k8s.paths import ROOT

COMMAND = [sys.executable, "-c", "from airflow_k8s.cli import main; main()"]


def airflow_k8s(*words: str) -> None:
    subprocess.run([*COMMAND, *words], cwd=ROOT, check=True, timeout=1800)


def interrupted(step: str, how: signal.Signals) -> int:
    """Run `up`, send it a signal two seconds after it began a step, and return its exit code."""
    with subprocess.Popen(
        [*COMMAND, "up"], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith(f"… {step}"):
                time.sleep(2)
                os.killpg(running.pid, how)  # the whole group, as a terminal does
                break
        else:
            pytest.fail(f"`up` never came to the step {step!r}")
        running.stdout.read()
        return running.wait(timeout=120)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_up_finishes_after_it_was_cut_off_at_every_step(how: signal.Signals) -> None:
    airflow_k8s("cluster", "down")
    for step in ("make the cluster", "finish the cluster", "push python-data", "install the chart", "run one DAG"):
        assert interrupted(step, how) == (130 if how is signal.SIGINT else -signal.SIGKILL), step
    airflow_k8s("up")


def test_up_brings_a_stopped_cluster_back() -> None:
    airflow_k8s("up")
    stopped = kind.node_container()
    assert stopped is not None
    stopped.stop()
    airflow_k8s("up")
    again = kind.node_container()
    assert again is not None
    assert again.id == stopped.id
