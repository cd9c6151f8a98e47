"""Measure what images cost."""

import sys
from typing import TYPE_CHECKING

import click
from rich.table import Table

from airflow_k8s.errors import UserError
from airflow_k8s.images.commands.output import json_option, names_argument, print_json
from airflow_k8s.options import registry_option
from airflow_k8s.progress import console

if TYPE_CHECKING:
    from airflow_k8s.images.bench import Cost, Figure


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
    from airflow_k8s.images.bench import measure_all  # noqa: PLC0415  (the Docker SDK, see above)
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
    console.print(table(costs))
    console.print(f"Start is in CPU-seconds. Kept in {records.shown(path)}.", soft_wrap=True)
    if broken:
        raise UserError("A budget is broken.", " ".join(broken), REMEDY)


REMEDY = "Leave out what nobody needs, or raise the budget in images/catalogue.yaml and say why there."


def table(costs: "list[Cost]") -> Table:
    """One row a figure: what it is, what it may be, and the room between them."""
    columns = Table("image", "", "is", "budget", "room", "")
    for number in (2, 3, 4):
        columns.columns[number].justify = "right"
    for cost in costs:
        for number, figure in enumerate(cost.figures()):
            name = "" if number else cost.name
            columns.add_row(name, figure.what, figure.amount(figure.value), *_room(figure), f"[dim]{figure.remark}[/]")
        columns.add_section()
    return columns


def _room(figure: "Figure") -> tuple[str, str]:
    if figure.budget is None:
        return "", ""
    colour = "red" if figure.broken else "green"
    return figure.amount(figure.budget), f"[{colour}]{1 - figure.value / figure.budget:.0%}[/]"


COMMANDS = (bench,)
