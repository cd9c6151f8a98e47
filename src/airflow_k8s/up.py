"""From an empty machine to a running platform; every step is skipped where it is done."""

from rich.table import Table

from airflow_k8s.cluster import dags, doctor, engine, kind, tools
from airflow_k8s.images import build, publish
from airflow_k8s.paths import DAGS
from airflow_k8s.platform import install, tour, warehouse
from airflow_k8s.platform.rest import Airflow
from airflow_k8s.progress import console, seconds_spent, step, where_the_time_went


def bring_up(registry: str, port: int) -> tuple[Airflow, Table | None]:
    """Do whatever is still to be done until the platform runs.

    Args:
        registry: where the images go, as ``host:port``.
        port: the port of this machine on which Airflow is published.

    Returns:
        A session with the platform, and a table of what ran where, if the example DAG had to be run.
    """
    doctor.check(port)
    engine.ensure()
    tools.ensure(*tools.PEOPLE_USE)
    build.build_all(registry)
    kind.up(port)
    publish.push_all(registry)
    return _deploy(port)


def _deploy(port: int) -> tuple[Airflow, Table | None]:
    with step("put the example DAGs on the node"):
        dags.sync(*DAGS)
    with step("install the chart"):
        install.install()
    airflow = install.connect(port)
    with step("make the example data"):
        warehouse.ensure(airflow)
    if not tour.needed(airflow):
        return airflow, None
    with step("run one DAG on every image"):
        return airflow, tour.run(airflow)


def report(airflow: Airflow, ran: Table | None) -> None:
    """Print where the time went, what ran where, and how to sign in.

    Args:
        airflow: the running platform.
        ran: the tour's table, if it was run.
    """
    if seconds_spent() > 1:
        console.print(where_the_time_went())
    if ran:
        console.print(ran)
    console.print(f"\nAirflow runs at [bold]{airflow.url}[/].")
    console.print(f"Sign in as [bold]{install.USER}[/] with the password [bold]{install.password()}[/].")
    console.print("The example DAGs are in examples. [bold]make down[/] removes the cluster.")
