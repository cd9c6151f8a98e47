"""Measure what images cost."""

import sys

import click

from airflow_k8s.errors import UserError
from airflow_k8s.images.commands.output import json_option, names_argument, print_json, show
from airflow_k8s.options import registry_option
from airflow_k8s.progress import console


@click.command()
@names_argument
@registry_option
@click.option("--runs", default=7, show_default=True, type=click.IntRange(1), help="How often each image is started.")
@json_option
def bench(names: tuple[str, ...], registry: str, runs: int, as_json: bool) -> None:
    """Measure all images, or those NAMED: size, layers and CPU-seconds to start, and the room in their budgets.

    Each record is kept in bench/results. Exit code 1 tells that a budget is broken.
    """
    from airflow_k8s import bench as records  # noqa: PLC0415  (what they import, only where it is used)
    from airflow_k8s.images.bench import measure_all, table  # noqa: PLC0415  (the Docker SDK, see above)
    from airflow_k8s.images.catalogue import airflow_version  # noqa: PLC0415  (see above)
    from airflow_k8s.images.engine import client  # noqa: PLC0415  (see above)

    costs = measure_all(registry, names, runs)
    figures = [cost.as_json() for cost in costs]
    versions = {"airflow": airflow_version(), "docker": client().version()["Version"]}
    path = records.record("images", versions, figures)
    broken = [sentence for cost in costs for sentence in cost.broken()]
    if as_json:
        print_json(figures)
        sys.exit(bool(broken))
    show(table(costs))
    console.print(f"Start is in CPU-seconds. Kept in {records.shown(path)}.", soft_wrap=True)
    if broken:
        raise UserError("A budget is broken.", " ".join(broken), REMEDY)


REMEDY = "Leave out what nobody needs, or raise the budget in images/catalogue.yaml and say why there."


COMMANDS = (bench,)
