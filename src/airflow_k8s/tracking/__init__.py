"""One record for each try of a task: who, what, on which image, what it asked for and used, and why it failed.

In a task's pod a listener writes it (``listener``), and what only the pod knows is left in the pod's last words
(``last_words``) for the case that the task is killed before it can write. ``reconcile`` runs beside the scheduler and
closes what no listener could. The policy starts it, and only where ``connection_id()`` says so: this module imports
next to nothing.
"""

import os

from airflow_k8s import start

CONNECTION = "AIRFLOW_K8S_TRACKING"
"""Names the Airflow connection to the database with the records; not set, nothing is recorded."""


def connection_id() -> str | None:
    """The connection to record with, in the process that runs a task in its pod; elsewhere None.

    What a task itself starts, `airflow tasks test` say, is nobody's try.

    Example:
        >>> connection_id() is None
        True
    """
    return os.environ.get(CONNECTION) or None if start.is_worker() else None
