"""What a container has used, from its cgroup; version 2, and version 1 on older nodes.

https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
"""Where a container sees its own cgroup."""

NANOSECONDS, MICROSECONDS = 1e9, 1e6


@dataclass(frozen=True)
class Usage:
    """What a container has used since it began; None where the kernel does not tell.

    Args:
        memory_peak: the most bytes of memory at a time.
        cpu_seconds: processor time of all its processes.
        oom_kills: how many of its processes were killed for want of memory.
    """

    memory_peak: int | None = None
    cpu_seconds: float | None = None
    oom_kills: int | None = None


def read(root: Path | None = None) -> Usage:
    """What this container has used until now.

    Args:
        root: where cgroups are mounted; where a container sees its own, unless told.

    Example:
        >>> read(Path("/nowhere"))
        Usage(memory_peak=None, cpu_seconds=None, oom_kills=None)
    """
    place = root or ROOT
    return _version_1(place) if (place / "memory").is_dir() else _version_2(place)


def _version_2(root: Path) -> Usage:
    microseconds = _number(root / "cpu.stat", "usage_usec ")
    return Usage(
        memory_peak=_number(root / "memory.peak"),  # Linux 5.19 and newer
        cpu_seconds=None if microseconds is None else microseconds / MICROSECONDS,
        oom_kills=_number(root / "memory.events", "oom_kill "),
    )


def _version_1(root: Path) -> Usage:
    nanoseconds = _number(root / "cpuacct" / "cpuacct.usage")
    return Usage(
        memory_peak=_number(root / "memory" / "memory.max_usage_in_bytes"),
        cpu_seconds=None if nanoseconds is None else nanoseconds / NANOSECONDS,
        oom_kills=_number(root / "memory" / "memory.oom_control", "oom_kill "),
    )


def _number(file: Path, before: str = "") -> int | None:
    """The number in a file of the kernel, or that behind a word at the beginning of a line."""
    try:
        found = re.search(rf"^{before}(\d+)$", file.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None
