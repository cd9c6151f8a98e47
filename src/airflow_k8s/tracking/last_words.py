"""What a pod says last: Kubernetes keeps it in the pod's status, where ``reconcile`` reads it.

A task that runs out of memory is killed without a word, but its supervisor, the parent, lives on where the kernel kills
single processes (cgroup v1); that one tells what the pod has used. It asks nothing of the network. It imports next to
nothing, for every worker loads it.
"""

import atexit
import json
import os
from contextlib import suppress
from pathlib import Path

FILE = Path("/dev/termination-log")
"""https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/"""

MOST_ERROR = 500
"""Characters of an error that are said: Kubernetes keeps 4096 bytes, and JSON may take six for a letter."""


def at_exit() -> None:
    """Let the supervisor say its last words when it ends; its child, the task, forgets what is registered here."""
    atexit.register(_supervisor, os.getpid())


def say(reason: str | None = None, error: str | None = None) -> None:
    """Leave what the pod has used, and why its task failed, where there is a pod; what cannot be written is not said.

    Args:
        reason: one of the reasons of a record; None keeps what has been said.
        error: the last words about the failure.
    """
    from airflow_k8s.tracking import usage  # noqa: PLC0415 - at the end, not at every start

    said = _said()
    used = usage.read()
    words = {
        "reason": reason or said.get("reason"),
        "error": (error or said.get("error") or "")[-MOST_ERROR:] or None,
        "memory_peak": used.memory_peak,
        "cpu_seconds": used.cpu_seconds,
        "oom_kills": used.oom_kills,
    }
    with suppress(OSError), FILE.open("r+") as file:  # Kubernetes has made it
        file.write(json.dumps(words))
        file.truncate()


def _said() -> dict[str, str | None]:
    try:
        said = json.loads(FILE.read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _supervisor(pid: int) -> None:
    if os.getpid() == pid:
        say()
