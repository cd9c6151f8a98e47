"""Refuse a DAG file the network, and other programs, while it is read on somebody's laptop."""

import ctypes
import sys
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

REFUSED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
"""Events of Python's own audit, https://docs.python.org/3/library/audit_events.html."""

PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")


@dataclass(frozen=True)
class Call:
    """Something that a file tried to do while it was read.

    Args:
        what: "connect to db.example:5432".
        line: where in the file; 1 where that cannot be seen.
    """

    what: str
    line: int


def refuse(file: str) -> list[Call]:
    """From now on, this process opens no connection and starts no program; each attempt fails and is noted.

    It cannot be taken back, so it belongs into a process that reads one file and ends. Libraries that open sockets
    in C, PostgreSQL's among them, pass by this; on Linux they find no network either.

    Args:
        file: the DAG file, to say in which of its lines an attempt was made.

    Returns:
        The attempts, filled as they come.
    """
    calls: list[Call] = []
    _leave_the_network()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if (event in REFUSED and not _is_local(arguments)) or event in PROGRAMS:
            call = Call(_said(event, arguments), _line(sys._getframe(), file))
            if call not in calls:
                calls.append(call)
            raise ConnectionRefusedError(f"lint does not {call.what}")

    sys.addaudithook(hook)
    return calls


def _leave_the_network() -> None:
    """Move this process into a network namespace of its own, which has no interface; where the kernel lets us."""
    new_network, new_user = 0x40000000, 0x10000000  # linux/sched.h
    with suppress(OSError, AttributeError):  # no C library to ask, or no such call
        unshare = ctypes.CDLL(None).unshare
        unshare(new_network) and unshare(new_user | new_network)


def _is_local(arguments: tuple[Any, ...]) -> bool:
    """Whether it is a socket of this machine's own, with a path for an address: Airflow's processes talk so."""
    return len(arguments) > 1 and isinstance(arguments[1], (str, bytes)) and str(arguments[1]).startswith("/")


def _said(event: str, arguments: tuple[Any, ...]) -> str:
    """An attempt in words.

    Example:
        >>> _said("socket.getaddrinfo", ("db.example", 5432, 0, 0, 0))
        'connect to db.example:5432'
        >>> _said("subprocess.Popen", ("git", ["git", "pull"], None, None))
        'start git'
    """
    if event in PROGRAMS:
        return f"start {str(arguments[0]).split()[0]}"
    address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[:2]
    return f"connect to {':'.join(str(part) for part in address[:2])}" if isinstance(address, tuple) else "connect"


def _line(frame: FrameType | None, file: str) -> int:
    while frame:
        if frame.f_code.co_filename == file:
            return frame.f_lineno
        frame = frame.f_back
    return 1
