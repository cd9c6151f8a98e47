"""What the platform takes while nobody asks anything of it, component by component."""

import time
from collections.abc import Mapping
from datetime import date

from airflow_k8s.bench import Figure, node, pages

SECONDS = 300
"""How long it is watched: as long as it takes until every DAG file has been read once more (values.yaml)."""

CORES, MEMORY = 0.10, 1600
"""The most that all components together may take, in cores and MB."""

Rest = Mapping[str, tuple[float, float]]


def measure(seconds: float = SECONDS) -> Rest:
    """Cores and MB of each component.

    Args:
        seconds: how long they are watched.
    """
    before, began = node.pods(), time.monotonic()
    time.sleep(seconds)
    after, passed = node.pods(), time.monotonic() - began
    return taken(before, after, passed)


def taken(before: Rest, after: Rest, seconds: float) -> Rest:
    """What was taken between two looks at the pods.

    Example:
        >>> taken({"scheduler": (1.0, 300.0)}, {"scheduler": (4.0, 310.0), "new": (9.0, 1.0)}, 30)
        {'scheduler': (0.1, 310.0)}
    """
    return {name: ((cpu - before[name][0]) / seconds, mb) for name, (cpu, mb) in after.items() if name in before}


def figures(rest: Rest) -> list[Figure]:
    """The sums beside what they may be."""
    cores, megabytes = _sum(rest)
    return [Figure("cores", cores, "", CORES), Figure("memory", megabytes, "MB", MEMORY)]


def markdown(rest: Rest, on: date) -> str:
    """A table for the page."""
    rows = [[name, f"{cores:.3f}", f"{mb:.0f}"] for name, (cores, mb) in [*rest.items(), ("all", _sum(rest))]]
    return f"{pages.table(['at rest', 'cores', 'MB'], rows)}\n\n{pages.said(f'Over {SECONDS} seconds', on)}"


def _sum(rest: Rest) -> tuple[float, float]:
    return sum(cores for cores, _ in rest.values()), sum(megabytes for _, megabytes in rest.values())
