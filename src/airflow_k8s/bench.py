"""What every bench shares: a figure with its spread, and a record that says which machine measured it, and when."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from airflow_k8s.paths import BENCH_RESULTS, ROOT


@dataclass(frozen=True)
class Spread:
    """A figure that was measured several times.

    Args:
        median: what it is.
        least: the smallest that was measured.
        most: the largest.
        runs: how often it was measured.
    """

    median: float
    least: float
    most: float
    runs: int


def spread(values: Sequence[float]) -> Spread:
    """Median, least and most of what was measured.

    Example:
        >>> spread([1.3, 1.2, 1.9])
        Spread(median=1.3, least=1.2, most=1.9, runs=3)
    """
    return Spread(statistics.median(values), min(values), max(values), len(values))


def machine() -> dict[str, object]:
    """What figures of time depend on: processor, cores, memory in MB, kernel, Python."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def record(name: str, versions: dict[str, str], figures: object, folder: Path = BENCH_RESULTS) -> Path:
    """Write what was measured as JSON, with machine and date.

    Args:
        name: what was measured; the file is called so, with the date behind it.
        versions: of the programs that matter.
        figures: what ``json`` can write.
        folder: where to.
    """
    now = datetime.now(UTC)
    report = {"date": now.isoformat(timespec="seconds"), "machine": machine(), "versions": versions, "figures": figures}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    return path


def shown(path: Path) -> str:
    """A record's place, as a person in the checkout names it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def _processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
