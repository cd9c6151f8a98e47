"""What a task costs that does nothing: alone, in a chain, and side by side (tests/smoke/dags/trivial_tasks.py).

Each moment of a task is known from Airflow's database and from its pod as Kubernetes shows it, so that the time between
two of them has an owner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

from airflow_k8s.bench import Figure, metered, node, spread
from airflow_k8s.platform.pods import PodRecorder
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.progress import step

STEPS = ("scheduled", "queued", "created", "started", "running", "ended", "gone")
"""What happens to a task, in this order: the scheduler's word, the executor's pod, its container, the task, its end."""

CLOCK, CPU = "first scheduled to last ended", "CPU of the node a task"
START, START_95, STAY = "queued to running", "queued to running, p95", "ended to pod gone"

RUNS = {"fan_out_1": 9, "chain_10": 2, "fan_out_20": 3}
"""DAGs, and how often each is run; a first time, which may pull images, does not count."""


@dataclass(frozen=True)
class Task:
    """The moments of one task, as seconds since 1970; what was not seen is None."""

    scheduled: float
    queued: float
    created: float | None
    started: float | None
    running: float
    ended: float
    gone: float | None

    @property
    def start(self) -> float:
        """Seconds from queued to running."""
        return self.running - self.queued

    @property
    def stay(self) -> float | None:
        """Seconds that its pod was there after it had ended."""
        return None if self.gone is None else self.gone - self.ended


@dataclass(frozen=True)
class Run:
    """One run of a DAG: its tasks, and CPU-seconds of the node beyond its rest until the last pod was gone."""

    tasks: Sequence[Task]
    cpu: float

    @property
    def seconds(self) -> float:
        """From the first task scheduled to the last one ended."""
        return max(task.ended for task in self.tasks) - min(task.scheduled for task in self.tasks)


def measure(airflow: Airflow, runs: dict[str, int] | None = None) -> dict[str, list[Run]]:
    """Run the DAGs, taking turns, so that a noisy minute hits all alike.

    Args:
        airflow: a running platform on this machine's kind cluster, with the smoke DAGs.
        runs: how often each DAG is run; ``RUNS`` when left out.

    Raises:
        UserError: a DAG is not there, or a run of it failed.
    """
    left = dict(runs or RUNS)
    for dag_id in left:
        wait_until(partial(airflow.knows, dag_id), f"the DAG processor has read {dag_id}", 180)
    with step("run a task that does not count"):
        run(airflow, "fan_out_1", 0)
    with step(f"watch the platform at rest for {node.IDLE_SECONDS} s"):
        rest = node.cpu_at_rest()
    taken: dict[str, list[Run]] = {dag_id: [] for dag_id in left}
    while any(left.values()):
        for dag_id in [dag_id for dag_id, number in left.items() if number]:
            with step(f"run {dag_id}, {left[dag_id]} to go"):
                taken[dag_id].append(run(airflow, dag_id, rest))
            left[dag_id] -= 1
    return taken


def run(airflow: Airflow, dag_id: str, rest: float) -> Run:
    """Run a DAG once and see what became of each of its tasks.

    Args:
        airflow: the running platform.
        dag_id: a DAG whose tasks have a pod each.
        rest: CPU-seconds a second that the node takes anyway.

    Raises:
        UserError: the run failed.
    """
    done = metered.run(airflow, dag_id, rest)
    return Run(_tasks(airflow.tasks(dag_id, done.run_id), done.recorder), done.cpu)


def figures(runs: Sequence[Run]) -> list[Figure]:
    """What the runs of one DAG come to.

    Args:
        runs: of one DAG, at least one.
    """
    tasks = [task for run in runs for task in run.tasks]
    starts = [task.start for task in tasks]
    stays = [task.stay for task in tasks if task.stay is not None]
    seconds = spread([run.seconds for run in runs])
    cpu = spread([run.cpu / len(run.tasks) for run in runs])
    return [
        Figure(CLOCK, seconds.median, "s", None, f"{seconds.least:.1f} to {seconds.most:.1f}"),
        Figure(CPU, cpu.median, "s", None, f"{cpu.least:.1f} to {cpu.most:.1f}"),
        Figure(START, median(starts), "s", None, f"{min(starts):.1f} to {max(starts):.1f}"),
        Figure(START_95, percentile(starts, 95), "s", None),
        Figure(STAY, median(stays), "s", None, f"{min(stays):.1f} to {max(stays):.1f}"),
    ]


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed; the largest where there are too few to tell.

    Example:
        >>> percentile([1.0, 2.0, 9.0], 95), percentile(list(range(101)), 95)
        (9.0, 95.0)
    """
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) >= 20 else max(values)


def shares(tasks: Iterable[Task]) -> dict[str, float]:
    """The median of the seconds between each two steps, by the later one.

    Example:
        >>> shares([Task(0, 1, 2, 4, 7, 8, 9)])
        {'queued': 1, 'created': 1, 'started': 2, 'running': 3, 'ended': 1, 'gone': 1}
    """
    moments = [asdict(task) for task in tasks]
    pairs = list(pairwise(STEPS))
    known = {
        later: [one[later] - one[earlier] for one in moments if None not in (one[later], one[earlier])]
        for earlier, later in pairs
    }
    return {later: median(values) for later, values in known.items() if values}


def _tasks(rows: Iterable[dict[str, Any]], recorder: PodRecorder) -> list[Task]:
    pods = {_key(pod.metadata.annotations): recorder.moments[name] for name, pod in recorder.pods.items()}
    return [_task(row, pods.get((row["task_id"], row["map_index"]), {})) for row in rows]


def _key(notes: dict[str, str]) -> tuple[str, int]:
    return notes["task_id"], int(notes.get("map_index", -1))


def _task(row: dict[str, Any], pod: dict[str, float]) -> Task:
    moments = {
        "scheduled": row["scheduled_when"],
        "queued": row["queued_when"],
        "running": row["start_date"],
        "ended": row["end_date"],
    }
    seconds = {name: datetime.fromisoformat(moment).timestamp() for name, moment in moments.items()}
    return Task(**seconds, **{name: pod.get(name) for name in ("created", "started", "gone")})  # type: ignore[arg-type]
