"""What the commands have in common: their options, and how they print."""

import json

import click
from rich.markup import escape
from rich.table import Table

from airflow_k8s.images.sections import Section, megabytes
from airflow_k8s.progress import console

__all__ = ["image_names", "json_option", "megabytes", "names_argument", "print_json", "print_whole", "show"]

WIDEST = 10_000
"""Characters that a line in a pipe may have."""


def _keep_output_clean(context: click.Context, _parameter: click.Parameter, as_json: bool) -> bool:
    """Tell people about progress on standard error while a program reads standard output."""
    console.stderr = as_json
    context.call_on_close(lambda: setattr(console, "stderr", False))
    return as_json


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_keep_output_clean, help="Print JSON for programs."
)


def image_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The images of the catalogue that begin so, for a shell that completes words."""
    from airflow_k8s.images import catalogue  # noqa: PLC0415  (most of what imports this names no image)

    return [name for name in catalogue.load().images if name.startswith(begun)]


names_argument = click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=image_names)


def print_json(content: object) -> None:
    """Print what a program reads."""
    click.echo(json.dumps(content, indent=2))


def show(section: Section) -> None:
    """Print a table of text. On a narrow terminal words are wrapped, and never cut."""
    several = any("\n" in cell for row in section.rows for cell in row)
    table = Table(title=section.title or None, title_justify="left", title_style="bold", show_lines=several)
    for name in section.head:
        table.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    for row in section.rows:
        table.add_row(*map(escape, row))
    print_whole(table)


def print_whole(table: Table) -> None:
    """Print a table; a pipe gets the width that it needs, so that nothing is cut or wrapped."""
    if not console.is_terminal:
        needed = console.measure(table, options=console.options.update(max_width=WIDEST)).maximum
        console.width = max(console.width, needed)
    console.print(table)
