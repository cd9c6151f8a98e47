"""What people and tests wait for many times a day: CPU-seconds of commands that change nothing."""

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from airflow_k8s.bench import Figure, spread
from airflow_k8s.cluster import tools
from airflow_k8s.paths import CHART

RUNS = 7

OURS = Path(sys.executable).with_name("airflow-k8s")

COMMANDS: dict[str, tuple[tuple[str, ...], float | None]] = {
    "`helm template` with defaults": (("helm", "template", "airflow", str(CHART)), 0.25),
    "`make images`, nothing changed": ((str(OURS), "images", "build"), 2.0),
    "import airflow_k8s.tasks": ((sys.executable, "-c", "import airflow_k8s.tasks"), None),
    "a Python that imports nothing": ((sys.executable, "-c", ""), None),
}
"""Commands, and the most CPU-seconds that each may take."""


def measure(runs: int = RUNS) -> list[tuple[str, list[Figure]]]:
    """Run each command so many times; a first time, which may have work to do, does not count.

    Args:
        runs: how often each is run.
    """
    tools.ensure("helm")
    return [(name, [_figure(words, budget, runs)]) for name, (words, budget) in COMMANDS.items()]


def _figure(words: Sequence[str], budget: float | None, runs: int) -> Figure:
    program = [str(tools.path("helm")) if words[0] == "helm" else words[0], *words[1:]]
    taken = spread([cpu(program) for _ in range(runs + 1)][1:])
    return Figure("CPU", taken.median, "s", budget, f"{taken.least:.2f} to {taken.most:.2f}")


def cpu(words: Sequence[str]) -> float:
    """CPU-seconds of a program and all that it waited for.

    Args:
        words: the program and its arguments.

    Raises:
        subprocess.CalledProcessError: it failed.

    Example:
        >>> 0 < cpu([sys.executable, "-c", ""]) < 10
        True
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
