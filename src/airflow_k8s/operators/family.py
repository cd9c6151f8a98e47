"""Processes that one script started, found by a variable that all of them inherit.

Not by their parent, which may have ended, nor by their group or session, which any of them may leave. Who clears its
variables is not found, and stays until the pod goes.
"""

import time
from contextlib import suppress

import psutil

Mark = tuple[str, str]
"""A variable and its value, which nothing else has."""


def members(mark: Mark) -> list[psutil.Process]:
    """The processes of this user that have the variable; those that ended and wait for their parent have none.

    Example:
        >>> members(("FAMILY", "that nobody has"))
        []
    """
    return [process for process in psutil.process_iter() if _has(process, mark)]


def end(mark: Mark, seconds: float) -> None:
    """Ask all of them to end, wait, then insist.

    Args:
        mark: what they have in common.
        seconds: how long to wait at most.
    """
    for process in members(mark):
        with suppress(psutil.Error):
            process.terminate()
    deadline = time.monotonic() + seconds
    # Not psutil's own way to wait: it would take the exit code that their parent waits for.
    while members(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    kill(mark)


def kill(mark: Mark) -> None:
    """End all of them, and those that they start meanwhile."""
    while family := members(mark):
        for process in family:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.01)


def _has(process: psutil.Process, mark: Mark) -> bool:
    name, value = mark
    with suppress(psutil.Error):
        return bool(process.environ().get(name) == value)
    return False
