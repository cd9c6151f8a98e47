"""Freeze what images want into what they get."""

import os

import click

from airflow_k8s.images import catalogue
from airflow_k8s.images.commands.output import names_argument
from airflow_k8s.progress import console


@click.command()
@names_argument
@click.option("--upgrade", is_flag=True, help="Take newer versions; without, what is locked stays as long as it fits.")
def lock(names: tuple[str, ...], upgrade: bool) -> None:
    """Write requirements.txt (versions and hashes) from each requirements.in below images/, or of those NAMED."""
    from airflow_k8s.images.lock import lock_all  # noqa: PLC0415  (what needs no resolver starts faster without)

    for path in lock_all(catalogue.load(), catalogue.airflow_version(), names, upgrade=upgrade):
        console.print(f"[green]✓[/] {os.path.relpath(path)}")


@click.command()
def airflow_requirement() -> None:
    """Print the requirement that pins Airflow to the chart's appVersion; for the lock of the checkout itself."""
    click.echo(f"apache-airflow=={catalogue.airflow_version()}")


COMMANDS = (lock, airflow_requirement)
