"""What images cost: disk, network and CPU-seconds, beside the budgets of the catalogue."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from airflow_k8s import bench
from airflow_k8s.bench import Figure, Spread, spread
from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue, engine, layers, pod
from airflow_k8s.images.catalogue import Budget, Catalogue
from airflow_k8s.images.plan import plan
from airflow_k8s.images.sections import Section
from airflow_k8s.progress import step

WORKER = (
    "airflow.sdk.execution_time.execute_workload",
    "airflow.executors.workloads",
    "airflow.executors.base_executor",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
)
"""What a task's pod imports before it reads a DAG file: the module it starts, and what that imports as it goes on."""

SCRIPT = f"import {', '.join(WORKER)}, os; print(sum(os.times()[:4]))"
"""Says the CPU-seconds, user's and system's, that Python has taken from its start, with those of its children."""

SECONDS_TO_START = 120
"""After which a start is taken for one that never ends, also on a busy machine."""


@dataclass(frozen=True)
class Cost:
    """What an image costs.

    Args:
        name: its name in the catalogue.
        tag: version and content hash.
        size: MB uncompressed.
        compressed: MB as compressed layers, which is what a node pulls.
        compressed_by: who says so, ``registry`` or ``engine``.
        start: CPU-seconds until what a task's pod runs is imported; None where no task can run.
        budget: the most that each may be.
    """

    name: str
    tag: str
    size: float
    compressed: float
    compressed_by: str
    start: Spread | None
    budget: Budget

    def figures(self) -> Iterator[Figure]:
        """Each figure beside its budget."""
        yield Figure("size", self.size, "MB", self.budget.size, "uncompressed")
        yield Figure("layers", self.compressed, "MB", self.budget.compressed, WEIGHED[self.compressed_by])
        if self.start:
            spread = f"{self.start.least:.2f} to {self.start.most:.2f} in {self.start.runs} starts"
            yield Figure("start", self.start.median, "s", self.budget.start, spread)

    def broken(self) -> list[str]:
        """A sentence for each budget that it breaks.

        Example:
            >>> Cost("geo", "3.3.2-0", 812.4, 200, "engine", None, Budget(size=800)).broken()
            ['geo: size is 812 MB, its budget 800 MB.']
        """
        return bench.broken(self.name, self.figures())

    def as_json(self) -> dict[str, object]:
        """Everything, for programs."""
        return {**asdict(self), "budget": self.budget.model_dump(), "broken": self.broken()}


WEIGHED = {"registry": "as the registry has them", "engine": "compressed here, not pushed yet"}
"""How layers were weighed, for people."""


def table(costs: list[Cost]) -> Section:
    """One row a figure: what it is, what it may be, and the room between them."""
    return bench.table("image", [(cost.name, list(cost.figures())) for cost in costs])


def measure_all(registry: str, names: tuple[str, ...] = (), runs: int = 7) -> list[Cost]:
    """Measure every image that somebody runs, or the named ones.

    Args:
        registry: as in ``build_all``, which must have run before.
        names: images of the catalogue; none means all.
        runs: how often each starts.

    Raises:
        UserError: no such image, or one that is nowhere.
    """
    known = catalogue.load()
    known.wanted(names)
    references = {image.name: image.reference(registry) for image in plan(known, catalogue.airflow_version())}
    chosen = [name for name in known.order() if name in (names or known.images) and not known.images[name].builder]
    return [measure(known, name, references[name], runs) for name in chosen]


def measure(known: Catalogue, name: str, reference: str, runs: int) -> Cost:
    """Measure one image.

    Raises:
        UserError: neither the engine nor its registry has it.
    """
    size = _size(reference)
    compressed, by = layers.compressed(reference)
    image = known.images[name]
    start = cpu_seconds_to_start(reference, runs) if image.tasks else None
    return Cost(name, reference.rpartition(":")[2], size / 1e6, compressed / 1e6, by, start, image.budget)


def _size(reference: str) -> int:
    try:
        engine.fetch(reference)
    except UserError as gone:
        raise UserError(f"{reference} cannot be measured.", gone.why, "Run `make images` first.") from gone
    return engine.size(reference) or 0


def cpu_seconds_to_start(reference: str, runs: int) -> Spread:
    """CPU-seconds until what a task's pod runs is imported, each time in a container of its own.

    The first start, which reads the disk, does not count.

    Args:
        reference: the image.
        runs: how often.

    Raises:
        UserError: it does not start, with its last word.
    """
    with step(f"start {reference.rsplit('/', 1)[-1]} {runs + 1} times"):
        return spread([_start(reference) for _ in range(runs + 1)][1:])


def _start(reference: str) -> float:
    end = pod.run(engine.client(), reference, ["python", "-c", SCRIPT], seconds=SECONDS_TO_START)
    if end.code:
        why = f"Its last word was: {(end.said.splitlines() or ['nothing'])[-1]}"
        raise UserError(f"{reference} does not start as a task's pod.", why, "`airflow-k8s images check` tells more.")
    return float(end.said.split()[-1])
