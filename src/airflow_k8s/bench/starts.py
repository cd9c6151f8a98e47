"""What each lever of the quick start brings a task that does nothing, one after the other, without a cluster.

The task runs to its end in a container, as in a pod, against a real API server (``images/contract.py``).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from airflow_k8s.bench import Figure, Spread, pages, spread, stock
from airflow_k8s.errors import UserError
from airflow_k8s.images import contract, engine, overlay
from airflow_k8s.progress import step
from airflow_k8s.start import LEVERS, SWITCH

RUNS = 7

TIMED = 'TIMEFORMAT="cpu %U %S seconds %R"; time "$@"'
"""Says what the words behind it took, user's and system's CPU-seconds and seconds, those of all children too."""


@dataclass(frozen=True)
class Variant:
    """A way to start a task.

    Args:
        name: in a table.
        image: what it runs on.
        levers: the value of ``start.SWITCH``.
    """

    name: str
    image: str
    levers: str


@dataclass(frozen=True)
class Cost:
    """What a task takes from its container's first process to its last."""

    name: str
    cpu: Spread
    seconds: Spread

    def figures(self) -> list[Figure]:
        """For the bench's table and record."""
        return [
            Figure("CPU", self.cpu.median, "s", None, f"{self.cpu.least:.2f} to {self.cpu.most:.2f}"),
            Figure("clock", self.seconds.median, "s", None, f"{self.seconds.least:.2f} to {self.seconds.most:.2f}"),
        ]


def variants(base: str, without_bytecode: str) -> Iterator[Variant]:
    """Without bytecode, with it, and then one lever more each time.

    Example:
        >>> [one.levers for one in variants("base", "stock")][1:4]
        ['false', 'garbage', 'garbage,libcst']
    """
    yield Variant("no bytecode, as the official images", without_bytecode, "false")
    yield Variant("bytecode that no timestamp can invalidate", base, "false")
    names = [*LEVERS]
    for number, name in enumerate(names):
        yield Variant(f"and {LEVERS[name]}", base, ",".join(names[: number + 1]))


def measure(registry: str, runs: int = RUNS) -> list[Cost]:
    """Measure every variant, taking turns, so that a noisy minute hits all alike.

    Args:
        registry: as in ``build_all``, which must have run before.
        runs: how often each is started; a first time, which reads the disk, does not count.

    Raises:
        UserError: an image is not there, or the task did not succeed.
    """
    images = {name: f"{one['repository']}:{one['tag']}" for name, one in overlay.read().items()}
    with step("build an image without bytecode"):
        every = list(variants(images["base"], stock.image(registry)))
    taken: dict[str, list[tuple[float, float]]] = {one.name: [] for one in every}
    with contract.bench(engine.client(), images["base"], images["postgres"]) as bench:
        for number in range(runs + 1):
            with step(f"start a task in {len(every)} ways, round {number} of {runs}"):
                for one in every:
                    taken[one.name].append(_start(bench, one))
    return [_cost(name, found[1:]) for name, found in taken.items()]


def markdown(costs: Sequence[Cost], on: date) -> str:
    """A table for the page: each way to start, and its share of the first.

    Args:
        costs: at least one.
        on: the day.
    """
    first = costs[0].cpu.median
    rows = [[one.name, *map(pages.cell, one.figures(), (2, 2)), f"{one.cpu.median / first:.0%}"] for one in costs]
    head = ["a task that does nothing", "CPU-seconds", "seconds", "CPU, share"]
    return f"{pages.table(head, rows)}\n\n{pages.said(f'Median (least to most) of {costs[0].cpu.runs} runs', on)}"


def _cost(name: str, found: Sequence[tuple[float, float]]) -> Cost:
    cpu, seconds = zip(*found, strict=True)
    return Cost(name, spread(cpu), spread(seconds))


def _start(bench: contract.Bench, one: Variant) -> tuple[float, float]:
    own = replace(bench, configuration={**bench.configuration, SWITCH: one.levers})
    outcome = contract.run_task(own, one.image, "succeeds", before=["bash", "-c", TIMED, "task"])
    if outcome.state != "success":
        raise UserError("A task did not succeed.", f"On {one.image} it is {outcome.state}.", outcome.log[-500:])
    return told(outcome.log)


def told(log: str) -> tuple[float, float]:
    """CPU-seconds and seconds, from what ``TIMED`` said.

    Example:
        >>> told("…\\ncpu 1.050 0.200 seconds 1.612\\n")
        (1.25, 1.612)
    """
    found = re.findall(r"^cpu ([\d.]+) ([\d.]+) seconds ([\d.]+)$", log, re.MULTILINE)
    user, system, seconds = map(float, found[-1])
    return user + system, seconds
