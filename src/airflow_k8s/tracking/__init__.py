"""One record for each try of a task: who, what, on which image, what it asked for and used, and why it failed.

In a task's pod a listener writes it (``listener``), and what only the pod knows is left in the pod's last words
(``last_words``) for the case that the task is killed before it can write. ``reconcile`` runs beside the scheduler and
closes what no listener could. The policy starts it, and only where ``connection_id()`` says so: this module imports
next to nothing.
"""

import os
import sys

CONNECTION = "AIRFLOW_K8S_TRACKING"
"""Names the Airflow connection to the database with the records; not set, nothing is recorded."""

WORKER = "airflow.sdk.execution_time.execute_workload"
"""The module that a task's pod runs. What a task itself starts, `airflow tasks test` say, is nobody's try."""


def connection_id() -> str | None:
    """The connection to record with, in the process that runs a task in its pod; elsewhere None.

    Example:
        >>> connection_id() is None
        True
    """
    return os.environ.get(CONNECTION) or None if WORKER in sys.orig_argv else None
