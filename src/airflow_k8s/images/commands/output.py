"""What the commands have in common: their options, and how they print."""

import json

import click

from airflow_k8s.progress import console


def _keep_output_clean(context: click.Context, _parameter: click.Parameter, as_json: bool) -> bool:
    """Tell people about progress on standard error while a program reads standard output."""
    console.stderr = as_json
    context.call_on_close(lambda: setattr(console, "stderr", False))
    return as_json


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_keep_output_clean, help="Print JSON for programs."
)
names_argument = click.argument("names", nargs=-1, metavar="[NAME]...")


def print_json(content: object) -> None:
    """Print what a program reads."""
    click.echo(json.dumps(content, indent=2))


def megabytes(size: int) -> str:
    """Bytes as people compare images.

    Example:
        >>> megabytes(559_500_000)
        '560 MB'
    """
    return f"{size / 1e6:.0f} MB"
