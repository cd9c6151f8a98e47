"""What the two roads to a pod cost: an operator in the task's own pod, and KubernetesPodOperator, which starts another.

The task is the same and trivial (tests/smoke/dags/roads.py), so what is measured is the road.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from airflow_k8s.bench import Figure, Spread, metered, node, pages, spread
from airflow_k8s.paths import ROOT
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.progress import step

ROADS = {
    "road_executor": "an operator in the task's own pod",
    "road_pod_operator": "`KubernetesPodOperator`",
    "road_deferred": "`KubernetesPodOperator(deferrable=True)`",
}
"""DAGs of one task, and what road each takes."""

RUNS = 5

PAGE = ROOT / "docs" / "executor-or-pod-operator.md"


@dataclass(frozen=True)
class Run:
    """One run of a road: its pods, seconds from start to end, and CPU-seconds of the node beyond its rest."""

    pods: int
    seconds: float
    cpu: float


@dataclass(frozen=True)
class Cost:
    """What a road costs a task.

    Args:
        road: in words.
        pods: how many are started, in the worst run.
        seconds: from the run's start to its end.
        cpu: CPU-seconds of the whole node until the pods are gone, less what it takes at rest.
    """

    road: str
    pods: int
    seconds: Spread
    cpu: Spread

    def figures(self) -> list[Figure]:
        """For the bench's table and record."""
        return [
            Figure("from start to end", self.seconds.median, "s", None, f"pods: {self.pods}; {_range(self.seconds)} s"),
            Figure("CPU of the node", self.cpu.median, "s", None, _range(self.cpu)),
        ]


def measure(airflow: Airflow, runs: int = RUNS) -> list[Cost]:
    """Measure every road, taking turns, so that a noisy minute hits all alike.

    Args:
        airflow: a running platform on this machine's kind cluster, with the smoke DAGs.
        runs: how often each road is taken; a first time, which may pull images, does not count.

    Raises:
        UserError: a DAG is not there, or a run of it failed.
    """
    for dag_id in ROADS:
        wait_until(partial(airflow.knows, dag_id), f"the DAG processor has read {dag_id}", 180)
    with step(f"watch the platform at rest for {node.IDLE_SECONDS} s"):
        rest = node.cpu_at_rest()
    taken: dict[str, list[Run]] = {dag_id: [] for dag_id in ROADS}
    for number in range(runs + 1):
        for dag_id, road in ROADS.items():
            with step(f"{road}, run {number} of {runs}"):
                taken[dag_id].append(_run(airflow, dag_id, rest))
    return [cost(ROADS[dag_id], done[1:]) for dag_id, done in taken.items()]


def cost(road: str, runs: list[Run]) -> Cost:
    """What runs of one road come to.

    Example:
        >>> cost("an operator", [Run(1, 5.0, 4.0), Run(1, 7.0, 4.2)]).seconds
        Spread(median=6.0, least=5.0, most=7.0, runs=2)
    """
    pods = max(run.pods for run in runs)
    return Cost(road, pods, spread([run.seconds for run in runs]), spread([run.cpu for run in runs]))


def markdown(costs: Iterable[Cost], on: date) -> str:
    """A table for the page, with the machine and the day.

    Example:
        >>> print(markdown([cost("an operator", [Run(1, 5.0, 4.0)])], date(2026, 11, 25)).splitlines()[2])
        | an operator | 1 | 5.0 (5.0 to 5.0) | 4.0 (4.0 to 4.0) |
    """
    rows = [[one.road, str(one.pods), _told(one.seconds), _told(one.cpu)] for one in costs]
    runs = max(one.seconds.runs for one in costs)
    head = ["road", "pods", "seconds", "CPU-seconds of the node"]
    return f"{pages.table(head, rows)}\n\n{pages.said(f'Median (least to most) of {runs} runs', on)}"


def _told(figure: Spread) -> str:
    return f"{figure.median:.1f} ({_range(figure)})"


def _range(figure: Spread) -> str:
    return f"{figure.least:.1f} to {figure.most:.1f}"


def _run(airflow: Airflow, dag_id: str, rest: float) -> Run:
    done = metered.run(airflow, dag_id, rest)
    run = airflow.get(f"/dags/{dag_id}/dagRuns/{done.run_id}")
    start, end = (datetime.fromisoformat(run[key]) for key in ("start_date", "end_date"))
    return Run(len(done.recorder.pods), (end - start).total_seconds(), done.cpu)
