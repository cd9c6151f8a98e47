"""The command ``airflow-k8s bench``."""

import sys

import click

from airflow_k8s import bench as records
from airflow_k8s.bench.parts import PARTS
from airflow_k8s.errors import UserError
from airflow_k8s.images.commands.output import json_option, print_json, show
from airflow_k8s.progress import console, step

REMEDY = "Mend what made it dearer, or raise the budget where it stands and say why there."


@click.command()
@click.argument("parts", nargs=-1, metavar="[PART]...", type=click.Choice([*PARTS]))
@json_option
def bench(parts: tuple[str, ...], as_json: bool) -> None:
    """Measure all PARTS or those named: each figure beside its budget, and the room left.

    The parts: images, tools (commands that change nothing), policy, lint; starts (a task's container, lever by
    lever); idle (the platform at rest); roads (executor or pod operator); tasks (alone, chained, fanned out, beside
    stock Airflow on the same node); load (what each component takes in large fan-outs, and which values follow).

    Each record is kept in bench/results. Exit code 1 tells that a budget is broken.
    """
    measured = {}
    for name in parts or PARTS:
        with step(f"measure {name}"):
            measured[name] = PARTS[name]()
        path = records.record(name, measured[name].versions, measured[name].content)
        console.print(f"Kept in {records.shown(path)}.", soft_wrap=True)
    named = [row for part in measured.values() for row in part.named]
    broken = [sentence for name, figures in named for sentence in records.broken(name, figures)]
    if as_json:
        print_json({name: part.content for name, part in measured.items()})
        sys.exit(bool(broken))
    show(records.table("of", named))
    if broken:
        raise UserError("A budget is broken.", " ".join(broken), REMEDY)
