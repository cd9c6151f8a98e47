"""What a task's pod does at its start: what Airflow does, less what no task needs.

A pod runs ``python -m airflow.sdk.execution_time.execute_workload``. Where this package is installed, Python's start
(``airflow_k8s.pth``) calls ``prepare`` for that one command, and for no other. What is left out, and what each brings:
docs/performance.md. Nothing of Airflow is changed; without the package, or with ``AIRFLOW_K8S_QUICK_START=false``, the
command runs as Airflow ships it.
"""

import gc
import os
import sys

WORKER = "airflow.sdk.execution_time.execute_workload"
"""The module that a task's pod runs."""

SWITCH = "AIRFLOW_K8S_QUICK_START"
"""A variable of the pod: ``false`` switches all of this off; names of levers, with commas, leave the others off."""

LEVERS = {
    "garbage": "no garbage is collected while modules are imported, seldom in the supervisor",
    "libcst": "a parser of Python is imported by the tasks that need it",
    "sdk": "the task is run with the SDK alone, without the executors, the command line and half the tables",
    "end": "the end of the task's process is seen at once, not at the next heartbeat",
}
"""What is done, each by its name; ``end`` needs ``sdk``."""

THRESHOLD = gc.get_threshold()
"""When Python collects garbage by itself, before anything is changed."""

SELDOM = (50_000, 20, 100)
"""When a supervisor does: it makes little garbage and has a hundred thousand objects that stay."""


def prepare() -> None:
    """Make ready for a quick start, if this process is to run a task and may."""
    if is_worker() and levers():
        from airflow_k8s.start import finders  # noqa: PLC0415 - not in any other process

        if "garbage" in levers():
            gc.disable()  # importing makes no garbage worth looking for
        finders.install(levers())


def levers() -> frozenset[str]:
    """The levers that this pod is to use.

    Example:
        >>> levers() == frozenset(LEVERS)
        True
    """
    said = os.environ.get(SWITCH, "").lower()
    return frozenset(LEVERS) & frozenset(said.split(",")) if said else frozenset(LEVERS)


def is_worker() -> bool:
    """Whether this process was started to run a task in its pod; what a task itself starts was not.

    Example:
        >>> is_worker()
        False
    """
    return sys.orig_argv[1:3] == ["-m", WORKER]


def imported() -> None:
    """All that stays is there: collect garbage again, seldom, and never look at what is there now."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


def dag_is_read() -> None:
    """The task begins, whose code may rely on Python's own ways."""
    if is_worker() and "garbage" in levers():
        gc.set_threshold(*THRESHOLD)
        gc.enable()
