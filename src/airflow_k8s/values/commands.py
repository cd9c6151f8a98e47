"""The commands ``airflow-k8s values …``."""

import click

from airflow_k8s.progress import console
from airflow_k8s.values import generated


@click.group()
def values() -> None:
    """Check values of the chart, turn another chart's into them, and write what follows from them."""


@values.command()
def write() -> None:
    """Write what is generated in charts/airflow-k8s, for a checkout: what it is made of changed."""
    for file in generated.write():
        console.print(f"Wrote {file}.", soft_wrap=True)
