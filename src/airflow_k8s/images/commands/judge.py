"""Judge an image: can tasks run on it?"""

import sys
from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from airflow_k8s.images.commands.output import json_option, print_json
from airflow_k8s.options import registry_option
from airflow_k8s.progress import console, step

if TYPE_CHECKING:
    from airflow_k8s.images.check import Verdict

MARKS = {"good": "[green]✓[/]", "weak": "[yellow]![/]", "bad": "[bold red]✗[/]", "open": "[dim]?[/]"}


@click.command()
@click.argument("image")
@click.option("--no-run", is_flag=True, help="Run no task on it; saves the database and the API server that one needs.")
@registry_option
@json_option
def check(image: str, no_run: bool, registry: str, as_json: bool) -> None:
    """Judge whether tasks can run on an IMAGE: one of the catalogue by its name, or any other by its reference.

    A line a rule: what was found, and what to do about it. The exit code is 1 when a line is bad.
    """
    from airflow_k8s.images import check, contract, engine  # noqa: PLC0415  (the Docker SDK, only where it is used)

    platform, postgres = (engine.resolve(name, registry) for name in ("base", "postgres"))
    with step(f"look at {image}"):
        verdicts = check.judge(
            engine.client(),
            engine.resolve(image, registry),
            None if no_run else lambda: contract.bench(engine.client(), platform, postgres),
        )
    if as_json:
        print_json([asdict(verdict) for verdict in verdicts])
    else:
        console.print(table(verdicts))
    sys.exit(check.is_bad(verdicts))


def table(verdicts: "list[Verdict]") -> Table:
    """A line a rule; what nobody can tell for the same reason is one line."""
    shown = Table("", "rule", "found, and what to do about it", box=None)
    unasked = defaultdict(list)
    for verdict in verdicts:
        if verdict.level == "open":
            unasked[verdict.said].append(verdict.rule)
        else:
            remedy = f". [bold]{escape(verdict.remedy)}[/]" if verdict.remedy else ""
            shown.add_row(MARKS[verdict.level], verdict.rule, escape(verdict.said) + remedy)
    for why, rules in unasked.items():
        shown.add_row(MARKS["open"], ", ".join(rules), escape(why))
    return shown


COMMANDS = (check,)
