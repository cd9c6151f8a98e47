"""What a load asks of each component, and which stage a fan-out waits for. Pure: figures in, figures out.

A task passes stages one after the other, and many tasks are in all of them at once; so a fan-out lasts as long as the
slowest stage needs for all of its tasks, and the time that one task takes alone on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from airflow_k8s.bench.load.usage import CONTROL, NODE, TASKS

HOUR = 3600

BUSY = 0.7
"""The share of a core up to which a process is planned; beyond it queues grow."""

BINDS = 50.0
"""Pods that kube-scheduler binds a second, unless its `clientConnection.qps` is raised."""

KUBELET_REQUESTS = 50.0
"""Requests to the Kubernetes API that a kubelet makes a second, unless its `kubeAPIQPS` is raised."""

REQUESTS_A_POD = 12
"""Requests that a kubelet makes for a pod: four statuses read and written, three events, its end."""

SPARE = 1.0
"""Tasks a second from which on there are two of each server, so that one may go with its node."""

HEADROOM = 2.0
"""How many times the mean rate a busy minute has."""


@dataclass(frozen=True)
class Settings:
    """What a site sets; the defaults are the chart's.

    Args:
        parallelism: core.parallelism, tasks that a scheduler has queued or running at once.
        max_active_tasks: core.max_active_tasks_per_dag, of one run.
        slots: of the pool.
        batch: kubernetes_executor.worker_pods_creation_batch_size, pods that a scheduler creates in a loop.
        schedulers: scheduler.replicas.
        api_servers: pods that tasks report to.
        nodes: for tasks.
        node_cores: cores of each that pods may take.
        max_pods: of each.
        cpu: cores that a task asks for.
    """

    parallelism: int = 128
    max_active_tasks: int = 64
    slots: int = 128
    batch: int = 16
    schedulers: int = 1
    api_servers: int = 1
    nodes: int = 1
    node_cores: float = 4.0
    max_pods: int = 110
    cpu: float = 0.25

    @property
    def room(self) -> int:
        """Tasks that a node takes at a time."""
        return max(1, min(self.max_pods, int(self.node_cores / self.cpu)))

    @property
    def running(self) -> int:
        """Tasks of one DAG run that may be queued or running at once."""
        return min(self.parallelism * self.schedulers, self.max_active_tasks, self.slots)


@dataclass(frozen=True)
class Costs:
    """What was measured.

    Args:
        cpu: CPU-seconds that a task takes of each component (usage.COMPONENTS).
        loop: seconds that a loop of the scheduler takes whatever it does.
        alone: seconds from scheduled to ended of one task on an idle machine.
        waits: seconds that a pod is there and takes no cpu: until it is seen, bound, and gone (docs/performance.md).
    """

    cpu: Mapping[str, float]
    loop: float = 0.05
    alone: float = 2.1
    waits: float = 2.0

    def of(self, *names: str) -> float:
        """CPU-seconds a task of some components together."""
        return sum(self.cpu.get(name, 0.0) for name in names)


def stages(costs: Costs, settings: Settings, work: float = 0.0) -> dict[str, float]:
    """The most tasks a second that each stage lets through, where no stage wants for cores.

    Args:
        costs: what was measured.
        settings: of the site.
        work: seconds that a task takes beyond one that does nothing; it does not burn cpu for all of them.

    Example:
        >>> costs = Costs({"scheduler": 0.05, "api-server": 0.1, TASKS: 1.2, NODE: 0.3})
        >>> found = stages(costs, Settings())
        >>> min(found, key=found.get)
        'nodes'
    """
    pod = settings.batch * costs.of("scheduler") + costs.loop
    there = stay(costs, settings) + work
    return {
        "scheduler": settings.schedulers * settings.batch / pod,
        "slots": settings.running / there,
        "api-server": settings.api_servers / max(costs.of("api-server"), 1e-9),
        "log-store": 1 / max(costs.of("log-store"), 1e-9),
        "tracking": 1 / max(costs.of("tracking"), 1e-9),
        "kube-scheduler": BINDS,
        "kubelet": settings.nodes * KUBELET_REQUESTS / REQUESTS_A_POD,
        "nodes": settings.nodes * settings.room / there,
    }


def stay(costs: Costs, settings: Settings) -> float:
    """Seconds that the pod of a task that does nothing is there, on a node that is full of such pods.

    Example:
        >>> round(stay(Costs({TASKS: 1.4, NODE: 0.5}), Settings(node_cores=2, cpu=0.5)), 1)
        5.8
    """
    return costs.waits + settings.room * costs.of(TASKS, NODE) / settings.node_cores


def seconds(tasks: int, costs: Costs, settings: Settings, work: float = 0.0) -> float:
    """How long a fan-out takes from the first task scheduled to the last one ended.

    Example:
        >>> round(seconds(100, Costs({"scheduler": 0.05, TASKS: 1.5}), Settings(nodes=10, node_cores=4)))
        15
    """
    return tasks / min(stages(costs, settings, work).values()) + costs.alone + work


def on_shared_cores(tasks: int, costs: Costs, room: int, shared: float) -> float:
    """The same where everything shares a few cores, as on a machine that is cluster, node and platform in one.

    Args:
        tasks: of the fan-out.
        costs: what was measured.
        room: tasks that the node takes at a time, by the cpu that they ask for.
        shared: cores that are left for all of it.

    Example:
        >>> on_shared_cores(20, Costs({"scheduler": 0.1, TASKS: 1.9}), 4, 2)
        32.1
    """
    wave = costs.waits + room * sum(costs.cpu.values()) / shared
    return tasks * max(wave / room, costs.of("scheduler") + costs.loop / 16) + costs.alone


def cores(costs: Costs, rate: float, rest: Mapping[str, float]) -> dict[str, float]:
    """Cores that each component takes at a rate of tasks a second, what it takes at rest among them.

    Example:
        >>> cores(Costs({"scheduler": 0.05}), 10, {"scheduler": 0.04})
        {'scheduler': 0.54}
    """
    return {name: rest.get(name, 0.0) + used * rate for name, used in costs.cpu.items()}


@dataclass(frozen=True)
class Load:
    """What a site wants to run.

    Args:
        name: in the table.
        an_hour: tasks an hour, spread evenly.
        fan_out: tasks that come at once, on top.
        work: seconds that a task works, beyond its start and its end.
        within: seconds in which the fan-out shall have been started.
    """

    name: str
    an_hour: int
    fan_out: int
    work: float
    within: float = 0

    @property
    def rate(self) -> float:
        """Tasks a second, on the mean."""
        return max(self.an_hour / HOUR, self.fan_out / self.within if self.within else 0)

    @property
    def busy_rate(self) -> float:
        """The same in a busy minute; a fan-out is one."""
        return self.rate * (1 if self.fan_out else HEADROOM)


def wanted(load: Load, costs: Costs, node_cores: float) -> Settings:
    """Values that carry a load with room to spare.

    Args:
        load: what a site wants to run.
        costs: what was measured.
        node_cores: of each node for tasks, as far as pods may take them.

    Example:
        >>> wanted(Load("small", 100, 0, 60), Costs({"scheduler": 0.05, TASKS: 1.5}), 4).parallelism
        32
    """
    # What a start takes of a full node, too: a busy minute begins with nothing but starts.
    rate, least = load.busy_rate, 2 if load.busy_rate >= SPARE else 1
    schedulers = max(least, ceil(rate * costs.of("scheduler") / BUSY))
    running = rate * (stay(costs, Settings(node_cores=node_cores)) + load.work)
    made = Settings(
        parallelism=_round_up(running / schedulers, 32),
        max_active_tasks=_round_up(running, 32),
        slots=max(128, _round_up(running, 32)),
        batch=_round_up(2 * rate / schedulers, 16),
        schedulers=schedulers,
        api_servers=max(least, ceil(rate * costs.of("api-server") / BUSY)),
        node_cores=node_cores,
    )
    return replace(made, nodes=_nodes(rate, made, costs, load.work))


def _nodes(rate: float, settings: Settings, costs: Costs, work: float) -> int:
    """Nodes on which the tasks find room, their cpu, and kubelets that are quick enough."""
    one = stages(costs, replace(settings, nodes=1), work)
    return max(1, ceil(rate / min(one["nodes"], one["kubelet"])))


def _round_up(amount: float, step: int) -> int:
    return max(step, ceil(amount / step) * step)


def control_plane(costs: Costs, rate: float) -> float:
    """Cores that the cluster's control plane takes beyond its rest.

    Example:
        >>> control_plane(Costs({"etcd": 0.05, "kube-apiserver": 0.15}), 10)
        2.0
    """
    return rate * costs.of(*CONTROL)
