"""Fan-outs of tasks that do nothing: what they take of each component, and how fast each stage goes."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from airflow_k8s.bench import node
from airflow_k8s.bench.load import kubelet, release, usage
from airflow_k8s.bench.load.model import Settings
from airflow_k8s.bench.load.release import REAL, SIMULATED, Platform
from airflow_k8s.errors import UserError
from airflow_k8s.platform.apart import Release
from airflow_k8s.progress import step

REST_SECONDS = 60


@dataclass(frozen=True)
class Point:
    """A fan-out that ended well.

    Args:
        tasks: how many.
        simulated: whether their pods had no processes.
        seconds: from the first task scheduled to the last one ended.
        cores: of this machine that the node had or could have had: all, less what other programs took meanwhile.
        room: tasks for which the node had cores that nobody had asked for.
        spans: seconds from the first to the last task that was scheduled, queued, running, ended.
        cpu: CPU-seconds of each component a task, beyond its rest.
    """

    tasks: int
    simulated: bool
    seconds: float
    cores: float
    room: int
    spans: Mapping[str, float]
    cpu: Mapping[str, float]


@dataclass(frozen=True)
class Measured:
    """All fan-outs, and cores of each component at rest."""

    points: Sequence[Point]
    rest: Mapping[str, float]


def measure(real: Sequence[int] = REAL, simulated: Sequence[int] = SIMULATED) -> Measured:
    """Install a release of its own, run the fan-outs on it, and remove it.

    Args:
        real: tasks of those on this node.
        simulated: tasks of those on the simulated one.

    Raises:
        UserError: something does not come up, or a run failed.
    """
    with release.installed() as platform:
        with step("run a few tasks, which do not count"):
            fan_out(platform, "real", real[0], {})
        with step(f"watch the release at rest for {REST_SECONDS} s"):
            rest = at_rest()
        points = [_measured(platform, "real", tasks, rest) for tasks in real]
        release.stop(platform.release, "log-store")  # there is no kubelet to ask for a log
        points += [_measured(platform, "simulated", tasks, rest) for tasks in simulated]
    return Measured(points, {name: rest.get(name, 0.0) for name in usage.COMPONENTS})


def at_rest(seconds: float = REST_SECONDS) -> Mapping[str, float]:
    """Cores of everything while nobody asks anything."""
    before = usage.read(time.time())
    time.sleep(seconds)
    return usage.cores(before, usage.read(time.time()))


def _measured(platform: Platform, kind: str, tasks: int, rest: Mapping[str, float]) -> Point:
    with step(f"run {tasks} tasks at once, {kind}"):
        return fan_out(platform, kind, tasks, rest)


def fan_out(platform: Platform, kind: str, tasks: int, rest: Mapping[str, float]) -> Point:
    """Run one fan-out.

    Args:
        platform: the release.
        kind: ``real`` or ``simulated``.
        tasks: how many; there is a DAG for these numbers only.
        rest: cores of everything at rest.

    Raises:
        UserError: it did not end well.
    """
    dag_id, on_fake = f"{kind}_{tasks}", kind == "simulated"
    with kubelet.simulated(platform.execution) if on_fake else nullcontext() as fake:
        before, others, room = usage.read(time.time()), Others(), _room(on_fake)
        run_id = platform.airflow.start(dag_id)
        state = platform.airflow.finish(dag_id, run_id, 1200)
        left = others.left()
        _until(lambda: not platform.release.json("pods", "--selector=kubernetes_executor=True")["items"])
        after = usage.read(time.time())
    if state != "success" or (fake and fake.problems):
        raise _spoilt(dag_id, state, fake.problems if fake else [])
    moments = _moments(platform.release, dag_id, run_id)
    seconds = max(moments["ended"]) - min(moments["scheduled"])
    spans = {name: max(found) - min(found) for name, found in moments.items()}
    cpu = {name: max(0.0, used) / tasks for name, used in usage.beyond(before, after, rest).items()}
    return Point(tasks, on_fake, seconds, left, room, spans, {**cpu, **_told(platform.release, dag_id, run_id)})


def _told(release: Release, dag_id: str, run_id: str) -> dict[str, float]:
    """CPU-seconds of a task's container as the tasks themselves recorded them; nothing where none had a process."""
    mean = f"select avg(cpu_seconds) from task_runs where dag_id = '{dag_id}' and run_id = '{run_id}';"  # noqa: S608
    ((found,),) = release.sql(mean)
    return {usage.TASKS: float(found)} if found else {}


def _room(on_fake: bool) -> int:
    """For how many tasks a node has cores that nobody has asked for."""
    return kubelet.AT_A_TIME if on_fake else int(release.free_cores() / Settings().cpu)


class Others:
    """What programs beside the node take of this machine from now on."""

    def __init__(self) -> None:
        self._began, self._busy, self._node = time.monotonic(), _busy(), node.cpu()

    def left(self) -> float:
        """Cores that they left the node since then."""
        seconds = time.monotonic() - self._began
        others = (_busy() - self._busy) - (node.cpu() - self._node)
        return (os.cpu_count() or 1) - max(0.0, others) / seconds


def _busy(stat: Path = Path("/proc/stat")) -> float:
    """CPU-seconds that this machine has taken in all, and those that its host took from it."""
    ticks = [int(word) for word in stat.read_text().split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def _moments(release: Release, dag_id: str, run_id: str) -> dict[str, list[float]]:
    columns = {"scheduled": "scheduled_dttm", "queued": "queued_dttm", "running": "start_date", "ended": "end_date"}
    chosen = ", ".join(f"extract(epoch from {column})" for column in columns.values())
    rows = release.sql(f"select {chosen} from task_instance where dag_id = '{dag_id}' and run_id = '{run_id}';")  # noqa: S608
    return {name: [float(row[number]) for row in rows] for number, name in enumerate(columns)}


def _until(done: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(1)


def _spoilt(dag_id: str, state: str, problems: Sequence[str]) -> UserError:
    why = f"It ended as {state}; {len(problems)} requests of the simulated node failed"
    return UserError(f"{dag_id} cannot be measured.", f"{why}: {'; '.join(problems[:3])}.", "Look at its log.")
