"""The folder with the logs. A log is a path as Airflow names it, and may have several files: a task that comes back
after a pause (deferred, rescheduled) has a pod each time, and its triggerer writes as well.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DAY = 24 * 3600


def place(root: Path, log: str) -> Path:
    """Where a log's first file is or would be.

    Args:
        root: the folder with all logs.
        log: as Airflow names it, ``dag_id=…/run_id=…/task_id=…/attempt=1.log``.

    Raises:
        ValueError: it would be outside the folder.

    Example:
        >>> place(Path("/logs"), "dag_id=a/attempt=1.log").as_posix()
        '/logs/dag_id=a/attempt=1.log'
        >>> place(Path("/logs"), "../etc/passwd")
        Traceback (most recent call last):
        ValueError: '../etc/passwd' is no log.
    """
    found = Path(os.path.normpath(root / log))
    if root not in found.parents:
        raise ValueError(f"{log!r} is no log.")
    return found


def files(root: Path, log: str) -> list[Path]:
    """The files of a log, that which was written to last at the end."""
    first = place(root, log)
    found = [
        file for file in first.parent.glob("*") if file.name == first.name or file.name.startswith(f"{first.name}.")
    ]
    return sorted(found, key=lambda file: file.stat().st_mtime)


def append(file: Path, chunk: bytes) -> None:
    """Add to a file that may not be there, or not any more: what is old is removed, whoever still writes to it."""
    with suppress(FileNotFoundError):
        return _append(file, chunk)
    file.parent.mkdir(parents=True, exist_ok=True)
    return _append(file, chunk)


def _append(file: Path, chunk: bytes) -> None:
    with file.open("ab") as opened:
        opened.write(chunk)


def sweep(root: Path, days: float, most: int) -> int:
    """Remove files that are older than so many days, then the oldest of the rest until it fits.

    Args:
        root: the folder with all logs.
        days: how long a file stays after the last line was added to it.
        most: bytes that may remain.

    Returns:
        The bytes that remain.
    """
    found = sorted(_Kept.all(root), key=lambda kept: kept.changed)
    total, too_old = sum(kept.size for kept in found), time.time() - days * DAY
    for kept in found:
        if kept.changed >= too_old and total <= most:
            break
        kept.file.unlink(missing_ok=True)
        _remove_if_empty(kept.file.parent, root)
        total -= kept.size
    return total


@dataclass(frozen=True)
class _Kept:
    file: Path
    changed: float
    size: int

    @classmethod
    def all(cls, root: Path) -> "list[_Kept]":
        looked_at = [(file, file.stat()) for file in root.rglob("*") if file.is_file()]
        return [cls(file, stat.st_mtime, stat.st_size) for file, stat in looked_at]


def _remove_if_empty(folder: Path, root: Path) -> None:
    with suppress(OSError):  # the first that is not empty ends it
        while folder != root:
            folder.rmdir()
            folder = folder.parent


class Continued:
    """What of a stream from its beginning is not in a file yet.

    A pod's log is read from its first line again when the connection broke, or this program was away. Where the node
    has begun a new file meanwhile (containerLogMaxSize), its first line is another, and all of it is news.

    Args:
        file: what was kept so far, or nothing.
    """

    def __init__(self, file: Path) -> None:
        self._skip = file.stat().st_size if file.exists() else 0
        with suppress(FileNotFoundError), file.open("rb") as opened:
            self._known = opened.read(min(self._skip, 256))
        self._begun = b""
        self._sure = not self._skip

    def news(self, chunk: bytes) -> bytes:
        """What a further piece of the stream adds to the file."""
        if not self._sure:
            self._begun += chunk
            if len(self._begun) < len(self._known):
                return b""
            self._sure, chunk = True, self._begun
            if not chunk.startswith(self._known):
                self._skip = 0
        skipped = min(self._skip, len(chunk))
        self._skip -= skipped
        return chunk[skipped:]
