"""What a task's pod does at its start: what Airflow does, less what no task needs.

A pod runs ``python -m airflow.sdk.execution_time.execute_workload``. Where this package is installed, Python's start
(``airflow_k8s.pth``) calls ``prepare`` for that one command, and for no other. What is left out, and what each brings:
docs/performance.md. Nothing of Airflow is changed; without the package, or with ``AIRFLOW_K8S_QUICK_START=false``, the
command runs as Airflow ships it.
"""

import atexit
import gc
import os
import sys

WORKER = "airflow.sdk.execution_time.execute_workload"
"""The module that a task's pod runs."""

SWITCH = "AIRFLOW_K8S_QUICK_START"
"""A variable of the pod: ``false`` switches all of this off."""

THRESHOLD = gc.get_threshold()
"""When Python collects garbage by itself, before anything is changed."""

SELDOM = (50_000, 20, 100)
"""When a supervisor does: it makes little garbage and has a hundred thousand objects that stay."""


def prepare() -> None:
    """Make ready for a quick start, if this process is to run a task and may."""
    if is_worker() and os.environ.get(SWITCH, "").lower() != "false":
        from airflow_k8s.start import finders  # noqa: PLC0415 - not in any other process

        gc.disable()  # importing makes no garbage worth looking for
        atexit.register(leave)  # first of all, for the last registered is the first to be called
        finders.install()


def is_worker() -> bool:
    """Whether this process was started to run a task in its pod; what a task itself starts was not.

    Example:
        >>> is_worker()
        False
    """
    return sys.orig_argv[1:3] == ["-m", WORKER]


def imported() -> None:
    """All that stays is there: collect garbage again, seldom, and never look at what is there now."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


def dag_is_read() -> None:
    """The task begins, whose code may rely on Python's own ways."""
    gc.set_threshold(*THRESHOLD)


_supervisor: int | None = None


def done() -> None:
    """The task's supervisor has done all that it does: let this process end as soon as its exit functions have run."""
    global _supervisor  # noqa: PLW0603 - one process, one end
    _supervisor = os.getpid()


def leave() -> None:
    """End without taking apart what the kernel frees at once: a thousand modules take a third of a second."""
    if _supervisor == os.getpid():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
