"""Values for four loads, computed from what was measured: the files in charts/airflow-k8s/loads, and their table."""

from collections.abc import Iterator, Mapping
from math import ceil

from airflow_k8s.bench import pages
from airflow_k8s.bench.load import model
from airflow_k8s.bench.load.model import Costs, Load, Settings
from airflow_k8s.paths import CHART

FOLDER = CHART / "loads"

WORK = 120.0
"""Seconds that a task works, in all four: how many run at once follows from it, so a site puts in its own."""

LOADS = (
    Load("100-an-hour", 100, 0, WORK),
    Load("1000-an-hour", 1_000, 0, WORK),
    Load("10000-an-hour", 10_000, 0, WORK),
    Load("fan-out-of-5000", 0, 5_000, WORK, within=600),
)

NODE_CORES = 4.0
"""Cores of a node for tasks, as far as pods may take them."""

POOLED = 100
"""Connections that the platform may open before PgBouncer lends them: what a database accepts unless told otherwise."""

FOLLOWED = 400
"""Logs that one log store follows at once with the memory that the chart gives it."""

DEFAULT_MAPPED = 1024
"""Tasks that Airflow lets one `expand` make."""


def text(load: Load, costs: Costs, rest: Mapping[str, float]) -> str:
    """A values file for a load, each value with its reason."""
    return "\n".join([*_head(load), *_values(load, model.wanted(load, costs, NODE_CORES), costs, rest)]) + "\n"


def title(load: Load) -> str:
    """A load in words.

    Example:
        >>> title(LOADS[1]), title(LOADS[3])
        ('1,000 tasks an hour', '5,000 tasks at once')
    """
    return f"{load.fan_out:,} tasks at once" if load.fan_out else f"{load.an_hour:,} tasks an hour"


def _head(load: Load) -> Iterator[str]:
    busy = f"started within {load.within / 60:.0f} minutes" if load.fan_out else "twice as many in a busy minute"
    yield f"# {title(load)}, {busy}; each works {load.work:.0f} s."
    yield "# Written by `airflow-k8s bench load` from what it measured; docs/scaling.md has the reasons."
    yield "# Do not edit: give it to helm before your own values, and say there what is otherwise with you."


def _values(load: Load, wanted: Settings, costs: Costs, rest: Mapping[str, float]) -> Iterator[str]:
    rate = load.busy_rate
    used = model.cores(costs, rate, rest)
    yield from _config(load, wanted, rate)
    yield from _servers(wanted, used)
    if connections(wanted) > POOLED:
        yield f"# Without it the platform may open {connections(wanted)} connections, and a database takes 100."
        yield "pgbouncer:"
        yield f"  enabled: true\n  replicas: {min(2, wanted.api_servers)}\n  poolSize: 20"
    if wanted.slots > Settings().slots:
        yield "# Airflow's own pool has 128 slots."
        yield f"declare:\n  pools:\n    default_pool: {{slots: {wanted.slots}}}"
    if wanted.nodes > 1:
        yield "# On many nodes the first task of each would wait for its image."
        yield "prePull:\n  enabled: true"


def _config(load: Load, wanted: Settings, rate: float) -> Iterator[str]:
    yield "config:"
    yield "  core:"
    yield f"    # {rate:.2g} tasks a second begin, and each is there for {load.work:.0f} s and the few of its pod."
    yield f"    parallelism: {wanted.parallelism}"
    yield f"    max_active_tasks_per_dag: {wanted.max_active_tasks}"
    if load.fan_out > DEFAULT_MAPPED:
        yield f"    # Airflow lets `expand` make {DEFAULT_MAPPED}."
        yield f"    max_map_length: {load.fan_out}"
    yield "  scheduler:"
    yield "    # As many as two loops create pods for."
    yield f"    max_tis_per_query: {max(32, 2 * wanted.batch)}"
    yield "  kubernetes_executor:"
    yield "    # Pods that a scheduler creates in a loop, of which it makes one or two a second."
    yield f"    worker_pods_creation_batch_size: {wanted.batch}"


def _servers(wanted: Settings, used: Mapping[str, float]) -> Iterator[str]:
    yield "scheduler:"
    yield f"  replicas: {wanted.schedulers}"
    yield f"  resources:\n    requests: {{cpu: {_cpu(used['scheduler'] / wanted.schedulers)}, memory: 512Mi}}"
    name = "executionApi" if wanted.api_servers > 1 else "apiServer"
    yield f"{name}:"
    if wanted.api_servers > 1:
        yield "  # One process serves on one core; people keep the API server to themselves."
        yield "  enabled: true"
    yield f"  replicas: {wanted.api_servers}"
    yield f"  resources:\n    requests: {{cpu: {_cpu(used['api-server'] / wanted.api_servers)}, memory: 512Mi}}"
    yield "logStore:"
    yield f"  resources:\n    requests: {{cpu: {_cpu(used['log-store'])}, memory: 64Mi}}"
    yield f"    limits: {{memory: {256 * ceil(wanted.running / FOLLOWED)}Mi}}"


def _cpu(cores: float) -> str:
    """Cores as a request: rounded up to a twentieth, at least that.

    Example:
        >>> _cpu(0.01), _cpu(0.31), _cpu(1.2)
        ('50m', '350m', '1200m')
    """
    return f"{max(1, ceil(round(cores * 20, 6))) * 50}m"


def connections(wanted: Settings) -> int:
    """The most connections that the platform opens without PgBouncer; as config/_sums.tpl adds them up."""
    people = 2 if wanted.api_servers > 1 else 0
    return 15 * (wanted.schedulers + 3 + people + 2 * wanted.api_servers) + 8


def rows(costs: Costs, rest: Mapping[str, float]) -> str:
    """The table of all four."""
    settings = [model.wanted(load, costs, NODE_CORES) for load in LOADS]
    rates = [load.busy_rate for load in LOADS]
    found = [
        ["tasks a second that it is made for", *(f"{rate:.2g}" for rate in rates)],
        ["`core.parallelism`, each scheduler's", *(f"{one.parallelism}" for one in settings)],
        ["`core.max_active_tasks_per_dag`", *(f"{one.max_active_tasks}" for one in settings)],
        ["slots of `default_pool`", *(f"{one.slots}" for one in settings)],
        ["`worker_pods_creation_batch_size`", *(f"{one.batch}" for one in settings)],
        ["`scheduler.replicas`", *(f"{one.schedulers}" for one in settings)],
        ["pods that tasks report to", *(f"{one.api_servers}" for one in settings)],
        ["database connections without PgBouncer", *(f"{connections(one)}" for one in settings)],
        ["cores of the database", *(f"{rest.get('postgres', 0) + rate * costs.of('postgres'):.2f}" for rate in rates)],
        ["cores of the log store", *(f"{rate * costs.of('log-store'):.2f}" for rate in rates)],
        ["cores of tracking", *(f"{rate * costs.of('tracking'):.2f}" for rate in rates)],
        ["cores of the control plane, beyond its rest", *(f"{model.control_plane(costs, rate):.1f}" for rate in rates)],
        [f"nodes of {NODE_CORES:.0f} cores for tasks", *(f"{one.nodes}" for one in settings)],
        ["quota: pods", *(f"{one.running + 20}" for one in settings)],
        ["quota: cpu of tasks", *(f"{one.running * one.cpu:.0f}" for one in settings)],
    ]
    return pages.table(["", *(f"[{title(one)}]({_link(one)})" for one in LOADS)], found)


def _link(load: Load) -> str:
    return f"../charts/airflow-k8s/loads/{load.name}.yaml"


def write(costs: Costs, rest: Mapping[str, float]) -> None:
    """Write the values files anew."""
    FOLDER.mkdir(exist_ok=True)
    for load in LOADS:
        (FOLDER / f"{load.name}.yaml").write_text(text(load, costs, rest))
