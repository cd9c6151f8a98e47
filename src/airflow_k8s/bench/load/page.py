"""What was measured and what follows from it, as tables for the pages."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from airflow_k8s.bench import Figure, pages
from airflow_k8s.bench.load import model, usage
from airflow_k8s.bench.load.measure import Measured, Point
from airflow_k8s.bench.load.model import Costs, Settings

KEPT = Path(__file__).with_name("measured.json")
"""What `bench load` measured last; under version control, for docs and values files are made of it."""

RATES = (1, 10, 100)

UNITS = {
    "scheduler": "schedulers",
    "api-server": "API servers",
    "log-store": "log stores",
    "tracking": "pods for tracking",
    "kube-scheduler": "kube-schedulers as they are set when installed",
    "kubelet": "kubelets as they are set when installed",
    "nodes": "nodes of 4 cores",
}
"""What there must be more of where a stage lets too little through; slots only cost a value."""


def costs(measured: Measured) -> Costs:
    """What a task takes, as the model takes it: real tasks' figures, and of the largest fan-out.

    Args:
        measured: at least one real fan-out.
    """
    return Costs(dict(_real(measured.points)[-1].cpu))


def costs_table(measured: Measured, on: date) -> str:
    """CPU-seconds a task of each component by fan-out, and cores at rest."""
    head = ["CPU-seconds a task", *map(_called, measured.points), "cores at rest"]
    rows = [
        [
            name,
            *(_amount(point.cpu.get(name)) for point in measured.points),
            f"{measured.rest[name]:.3f}",
        ]
        for name in usage.COMPONENTS
    ]
    sums = [f"{sum(point.cpu.values()):.2f}" for point in measured.points]
    table = pages.table(head, [*rows, ["all", *sums, f"{sum(measured.rest.values()):.3f}"]])
    return f"{table}\n\n{pages.said('One run of each', on)}"


def check_table(measured: Measured) -> str:
    """Seconds of each fan-out beside what the model says that was given the smallest of its kind."""
    rows = [
        [_called(point), f"{point.seconds:.0f}", f"{said:.0f}", f"{said / point.seconds - 1:+.0%}"]
        for point, said in checked(measured)
    ]
    return pages.table(["fan-out", "seconds, measured", "predicted", "error"], rows)


def checked(measured: Measured) -> Iterator[tuple[Point, float]]:
    """Each fan-out but the smallest of its kind, and the seconds that the model says."""
    for kind in (False, True):
        points = [point for point in measured.points if point.simulated is kind]
        for point in points[1:]:
            yield point, model.on_shared_cores(point.tasks, Costs(dict(points[0].cpu)), point.room, point.cores)


def limits_table(found: Costs) -> str:
    """How many tasks a second each stage lets through, and how many of it a rate wants."""
    stages = model.stages(found, Settings())
    rows = [
        [UNITS[name], f"{most:.2g}", *(f"{ceil(rate / most)}" for rate in RATES)]
        for name, most in stages.items()
        if name in UNITS
    ]
    control = [f"{model.control_plane(found, rate):.1f}" for rate in (1, *RATES)]
    database = [f"{rate * found.of('postgres'):.1f}" for rate in (1, *RATES)]
    rows += [["cores of the control plane", "", *control[1:]], ["cores of the database", "", *database[1:]]]
    return pages.table(["", "one lets through, tasks a second", *(f"at {rate} a second" for rate in RATES)], rows)


def _amount(cpu: float | None) -> str:
    return "" if cpu is None else f"{cpu:.3f}"


def _called(point: Point) -> str:
    return f"{point.tasks:,}{' simulated' if point.simulated else ''}"


def _real(points: Iterable[Point]) -> Sequence[Point]:
    return [point for point in points if not point.simulated]


def named(measured: Measured) -> Iterator[tuple[str, list[Figure]]]:
    """Seconds and CPU-seconds a task of each fan-out."""
    for point in measured.points:
        per_task = Figure("CPU of the node a task", sum(point.cpu.values()), "s", None)
        yield f"{_called(point)} at once", [Figure("clock", point.seconds, "s", None), per_task]


def as_json(measured: Measured) -> dict[str, Any]:
    """For the record."""
    return asdict(measured)


def keep(measured: Measured, file: Path = KEPT) -> None:
    """Write down what the values files are computed from."""
    file.write_text(json.dumps(as_json(measured), indent=1) + "\n")


def kept(file: Path = KEPT) -> Measured:
    """What was measured the last time that somebody kept it."""
    found = json.loads(file.read_text())
    return Measured([Point(**point) for point in found["points"]], found["rest"])
