"""The commands ``airflow-k8s values …``."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.images.commands.output import json_option, print_json, show
from airflow_k8s.images.sections import Section
from airflow_k8s.progress import console
from airflow_k8s.values import check as judge
from airflow_k8s.values import convert as change
from airflow_k8s.values import generated, options, schema, table


@click.group()
def values() -> None:
    """Check values of the chart, turn the official chart's into them, and write what follows from them."""


files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@values.command()
@files_argument
@json_option
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Say of each key in FILES that the chart does not know what was meant by it; ends with 1 when there is one.

    Helm refuses the same keys, but names no near match.
    """
    wrong = {str(file): judge.problems(_read(file), schema.load(), options.load()) for file in files}
    if as_json:
        print_json(wrong)
    else:
        show(
            Section("", ("file", "key", "what to do"), [(f, key, say) for f in wrong for key, say in wrong[f].items()])
        )
    sys.exit(any(wrong.values()))


@values.command()
@click.argument("official", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the values here; default: print them.")
@json_option
def convert(official: Path, output: Path | None, as_json: bool) -> None:
    """Turn values of the OFFICIAL Airflow chart (1.2x) into this chart's, and list what has no counterpart.

    Give it the values that you gave helm (`helm get values RELEASE`), not all of the chart's defaults.
    """
    known = change.Knowledge(table.official(), options.load(), table.sections())
    done = change.convert(_read(official), known)
    if as_json:
        print_json(asdict(done))
        return
    text = change.text(done, official.name)
    if output:
        output.write_text(text)
    else:
        click.echo(text)
    console.stderr = not output
    _tell(done, output)


def _tell(done: change.Conversion, output: Path | None) -> None:
    """What became of each key, for people."""
    for title, rows in (("Left to do", done.todo), ("Not needed here", done.unneeded), ("Moved", done.moved)):
        if rows:
            show(Section(title, ("their key", "ours" if rows is done.moved else "why"), [*rows.items()]))
    where = f" Wrote {output}." if output else ""
    console.print(f"{len(done.moved)} keys moved, {len(done.todo)} left to do.{where}", soft_wrap=True)


@values.command()
def write() -> None:
    """Write what is generated in charts/airflow-k8s, for a checkout: what it is made of changed."""
    for file in generated.write():
        console.print(f"Wrote {file}.", soft_wrap=True)


def _read(file: Path) -> Mapping[str, Any]:
    """Values from a file.

    Raises:
        UserError: it cannot be read, or holds something else.
    """
    try:
        content = yaml.safe_load(file.read_text())
    except OSError as error:
        raise UserError(f"{file} cannot be read.", f"The system says: {error.strerror}.", "Name a file.") from error
    except yaml.YAMLError as error:
        raise UserError(f"{file} is no YAML.", f"It says: {error}.", "Mend the line that it names.") from error
    if not isinstance(content or {}, Mapping):
        raise UserError(f"{file} holds no values.", "It is a list or a word.", "Name a file as helm -f takes it.")
    return content or {}
