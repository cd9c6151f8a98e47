"""What is measured, part by part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version

from airflow_k8s.bench import Figure
from airflow_k8s.bench.pages import put
from airflow_k8s.paths import ROOT

PERFORMANCE = ROOT / "docs" / "performance.md"
SCALING = ROOT / "docs" / "scaling.md"


@dataclass(frozen=True)
class Measured:
    """What came of a part.

    Args:
        named: what was measured, each with its figures.
        versions: of the programs that matter.
        content: for the record, what ``json`` can write.
    """

    named: Sequence[tuple[str, Sequence[Figure]]]
    versions: dict[str, str]
    content: object


def images() -> Measured:
    """Size, layers and CPU-seconds to start of every image."""
    from airflow_k8s.images.bench import measure_all  # noqa: PLC0415  (each part imports much)
    from airflow_k8s.images.engine import client  # noqa: PLC0415
    from airflow_k8s.options import registry  # noqa: PLC0415

    costs = measure_all(registry())
    versions = {"airflow": version("apache-airflow-core"), "docker": client().version()["Version"]}
    return Measured([(cost.name, list(cost.figures())) for cost in costs], versions, [cost.as_json() for cost in costs])


def policy() -> Measured:
    """CPU-milliseconds that the policy adds to a task when its DAG file is read."""
    from airflow_k8s.bench.policy import measure  # noqa: PLC0415  (see above)

    return _of_airflow("policy", measure())


def lint() -> Measured:
    """Seconds to judge 1,000 DAG files on two cores."""
    from airflow_k8s.bench.lint import measure  # noqa: PLC0415  (see above)

    return _of_airflow("lint", measure())


def roads() -> Measured:
    """Pods, seconds and CPU-seconds of a task by each road; their table goes into docs/executor-or-pod-operator.md."""
    from airflow_k8s import options  # noqa: PLC0415  (see above)
    from airflow_k8s.bench import roads as each  # noqa: PLC0415
    from airflow_k8s.up import bring_up  # noqa: PLC0415

    costs = each.measure(bring_up(options.registry(), options.port())[0])
    put(each.PAGE, "roads", each.markdown(costs, _today()))
    return _of_tasks([(cost.road, cost.figures()) for cost in costs])


def starts() -> Measured:
    """CPU-seconds of a task's container without bytecode, with it, and with each lever; into docs/performance.md."""
    from airflow_k8s import options  # noqa: PLC0415  (see above)
    from airflow_k8s.bench import starts as each  # noqa: PLC0415

    costs = each.measure(options.registry())
    put(PERFORMANCE, "starts", each.markdown(costs, _today()))
    return _of_tasks([(cost.name, cost.figures()) for cost in costs])


def tasks() -> Measured:
    """Trivial tasks alone, chained and fanned out, here and with stock Airflow; into docs/performance.md."""
    from airflow_k8s import options  # noqa: PLC0415  (see above)
    from airflow_k8s.bench import compared  # noqa: PLC0415
    from airflow_k8s.up import bring_up  # noqa: PLC0415

    airflow = bring_up(options.registry(), options.port())[0]
    result = compared.measure(airflow, options.registry(), options.port())
    put(PERFORMANCE, "tasks", compared.markdown(result, _today()))
    put(PERFORMANCE, "steps", compared.steps(result))
    compared.PLOT.write_text(compared.plot(result))
    return _of_tasks(list(compared.named(result)))


def idle() -> Measured:
    """Cores and memory of the platform at rest; into docs/performance.md."""
    from airflow_k8s import options  # noqa: PLC0415  (see above)
    from airflow_k8s.bench import idle as each  # noqa: PLC0415
    from airflow_k8s.up import bring_up  # noqa: PLC0415

    bring_up(options.registry(), options.port())
    rest = each.measure()
    put(PERFORMANCE, "idle", each.markdown(rest, _today()))
    return _of_tasks([("at rest", each.figures(rest))])


def load() -> Measured:
    """What each component takes of a task in ever larger fan-outs, on this node and on a simulated one.

    Into docs/performance.md; what follows, into docs/scaling.md and charts/airflow-k8s/loads.
    """
    from airflow_k8s import options  # noqa: PLC0415  (see above)
    from airflow_k8s.bench.load import loads, measure, page  # noqa: PLC0415
    from airflow_k8s.up import bring_up  # noqa: PLC0415

    bring_up(options.registry(), options.port())
    found = measure.measure()
    page.keep(found)
    put(PERFORMANCE, "load", page.costs_table(found, _today()))
    put(PERFORMANCE, "load-check", page.check_table(found))
    put(PERFORMANCE, "limits", page.limits_table(page.costs(found)))
    put(SCALING, "loads", loads.rows(page.costs(found), found.rest))
    loads.write(page.costs(found), found.rest)
    return Measured(list(page.named(found)), {"airflow": version("apache-airflow-core")}, page.as_json(found))


def tools() -> Measured:
    """CPU-seconds of commands that people wait for and that change nothing."""
    from airflow_k8s.bench.tools import measure  # noqa: PLC0415  (see above)

    return _of_tasks(measure())


def _of_tasks(named: list[tuple[str, list[Figure]]]) -> Measured:
    content = {name: [figure.as_json() for figure in figures] for name, figures in named}
    return Measured(named, {"airflow": version("apache-airflow-core")}, content)


def _today() -> date:
    return datetime.now(UTC).date()


def _of_airflow(name: str, figures: list[Figure]) -> Measured:
    versions = {"airflow": version("apache-airflow-core")}
    return Measured([(name, figures)], versions, [figure.as_json() for figure in figures])


PARTS: dict[str, Callable[[], Measured]] = {
    part.__name__: part for part in (images, tools, policy, lint, starts, idle, roads, tasks, load)
}
