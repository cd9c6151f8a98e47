"""What every bench shares: a figure with its spread, and a record that says which machine measured it, and when."""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from airflow_k8s.images.sections import Section
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


@dataclass(frozen=True)
class Figure:
    """One thing that was measured, beside what it may be.

    Args:
        what: ``size``, ``start``, "a task with an image" …
        value: how much.
        unit: of what: MB, seconds (``s``) or milliseconds (``ms``).
        budget: the most it may be; None where nothing is said.
        remark: who measured, or how much it varied.
    """

    what: str
    value: float
    unit: str
    budget: float | None
    remark: str = ""

    @property
    def broken(self) -> bool:
        """Whether it is more than its budget."""
        return self.budget is not None and self.value > self.budget

    @property
    def room(self) -> str:
        """The share of its budget that is left; below zero when it is broken.

        Example:
            >>> Figure("size", 450, "MB", 500).room, Figure("size", 600, "MB", 500).room, Figure("size", 1, "MB", None).room
            ('10%', '-20%', '')
        """  # noqa: E501  (one line a case)
        return f"{1 - self.value / self.budget:.0%}" if self.budget else ""

    def amount(self, value: float) -> str:
        """An amount as people compare it.

        Example:
            >>> Figure("size", 502.7, "MB", None).amount(502.7), Figure("start", 1.3, "s", None).amount(1.3)
            ('503 MB', '1.30 s')
        """
        return f"{value:.{0 if self.unit == 'MB' else 2}f} {self.unit}"

    def as_json(self) -> dict[str, object]:
        """Everything, for programs."""
        return {**asdict(self), "broken": self.broken}


def broken(name: str, figures: Iterable[Figure]) -> list[str]:
    """A sentence for each budget that is broken.

    Example:
        >>> broken("geo", [Figure("size", 812.4, "MB", 800)])
        ['geo: size is 812 MB, its budget 800 MB.']
    """
    return [
        f"{name}: {figure.what} is {figure.amount(figure.value)}, its budget {figure.amount(figure.budget)}."
        for figure in figures
        if figure.budget is not None and figure.broken
    ]


def table(head: str, measured: Iterable[tuple[str, Sequence[Figure]]]) -> Section:
    """One row a figure: what it is, what it may be, and the room between them.

    Args:
        head: of the first column.
        measured: names with their figures.
    """
    rows = [
        (
            "" if number else name,
            figure.what,
            figure.amount(figure.value),
            "" if figure.budget is None else figure.amount(figure.budget),
            figure.room,
            figure.remark,
        )
        for name, figures in measured
        for number, figure in enumerate(figures)
    ]
    return Section("", (head, "", ">is", ">budget", ">room", ""), rows)


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
