"""Trivial tasks here and with stock Airflow, in one run on one node."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from airflow_k8s.bench import Figure, pages, stock, tasks
from airflow_k8s.bench.plot import bars
from airflow_k8s.paths import ROOT
from airflow_k8s.platform import install
from airflow_k8s.platform.rest import Airflow

PLOT = ROOT / "docs" / "performance-steps.svg"

DONE = {
    "fan_out_1": "one task, idle machine",
    "chain_10": "a chain of 10",
    "fan_out_20": "20 at once",
}

TAKES = {
    "queued": "the scheduler queues it",
    "created": "the executor creates its pod",
    "started": "Kubernetes starts the container",
    "running": "Airflow starts in it and asks to run",
    "ended": "the task runs",
    "gone": "the pod ends and is deleted",
}
"""What the time before a step goes into."""

FASTER = 0.4
"""The most that a fan-out may take of stock Airflow's time."""

CPU = 4.0
"""The most CPU-seconds of the node that a task of a fan-out may take."""

SLOWEST = {"median": 2.5, "p95": 4.0}
"""Seconds from queued to running on an idle machine."""


@dataclass(frozen=True)
class Side:
    """One of the two platforms: what its DAGs took."""

    runs: Mapping[str, Sequence[tasks.Run]]


@dataclass(frozen=True)
class Result:
    """Both platforms on the same node."""

    ours: Side
    stock: Side


def measure(airflow: Airflow, registry: str, port: int) -> Result:
    """Measure the platform as it is, and then with stock Airflow's settings and workers.

    Args:
        airflow: the running platform on this machine's kind cluster, with the smoke DAGs.
        registry: where the cluster gets its images.
        port: where the platform is published on this machine.
    """
    ours = _side(airflow)
    with stock.settings(registry):
        return Result(ours, _side(install.connect(port)))


def _side(airflow: Airflow) -> Side:
    return Side(tasks.measure(airflow))


def named(result: Result) -> Iterator[tuple[str, list[Figure]]]:
    """Every figure beside what it may be."""
    for dag_id, words in DONE.items():
        yield words, [_judged(dag_id, figure, result) for figure in tasks.figures(result.ours.runs[dag_id])]
        yield f"{words}, stock", tasks.figures(result.stock.runs[dag_id])


def _judged(dag_id: str, figure: Figure, result: Result) -> Figure:
    return Figure(figure.what, figure.value, figure.unit, _budget(dag_id, figure.what, result), figure.remark)


def _budget(dag_id: str, what: str, result: Result) -> float | None:
    stocks = {figure.what: figure.value for figure in tasks.figures(result.stock.runs[dag_id])}
    budgets = {
        ("fan_out_20", tasks.CLOCK): FASTER * stocks[tasks.CLOCK],
        ("fan_out_20", tasks.CPU): CPU,
        ("fan_out_1", tasks.START): SLOWEST["median"],
        ("fan_out_1", tasks.START_95): SLOWEST["p95"],
        ("fan_out_1", tasks.STAY): 2.0,
    }
    return budgets.get((dag_id, what))


def markdown(result: Result, on: date) -> str:
    """The table of all figures, each with its ratio to stock's."""
    rows = []
    for dag_id, words in DONE.items():
        pairs = zip(*(tasks.figures(side.runs[dag_id]) for side in (result.ours, result.stock)), strict=True)
        rows += [
            [words if not number else "", ours.what, *map(pages.cell, (ours, its)), f"{ours.value / its.value:.0%}"]
            for number, (ours, its) in enumerate(pairs)
        ]
    head = ["", "seconds", "here", "stock", "here of stock"]
    runs = ", ".join(f"{len(runs)} of {DONE[dag_id]}" for dag_id, runs in result.ours.runs.items())
    return f"{pages.table(head, rows)}\n\n{pages.said(f'Median (with its spread) of runs: {runs};', on)}"


def steps(result: Result) -> str:
    """The table of what the seconds of one task go into."""
    ours, its = (tasks.shares(_alone(side)) for side in (result.ours, result.stock))
    rows = [[words, f"{ours.get(name, 0):.2f}", f"{its.get(name, 0):.2f}"] for name, words in TAKES.items()]
    return pages.table(["one task, idle machine: seconds until …", "here", "stock"], rows)


def plot(result: Result) -> str:
    """A picture of where one task's seconds go, here and with stock Airflow, as SVG."""
    sides = {"here": result.ours, "stock": result.stock}
    return bars(
        "One task on an idle machine: seconds",
        {name: tasks.shares(_alone(side)) for name, side in sides.items()},
        TAKES,
    )


def _alone(side: Side) -> list[tasks.Task]:
    return [task for run in side.runs["fan_out_1"] for task in run.tasks]
