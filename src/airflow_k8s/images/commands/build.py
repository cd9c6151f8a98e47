"""Make images: build, push."""

import click
from rich.table import Table

from airflow_k8s.images.commands.output import json_option, megabytes, names_argument, print_json
from airflow_k8s.options import registry_option
from airflow_k8s.progress import clock, console


@click.command()
@names_argument
@registry_option
@json_option
def build(names: tuple[str, ...], registry: str, as_json: bool) -> None:
    """Build all images, or those NAMED with their parents; what is there already is kept."""
    from airflow_k8s.images.build import build_all  # noqa: PLC0415  (the Docker SDK, only where it is used)

    done = build_all(registry, names)
    if as_json:
        print_json([vars(image) for image in done])
        return
    table = Table("image", "tag", "size", "", "time")
    table.columns[2].justify = table.columns[4].justify = "right"
    for image in done:
        how, time = ("built", clock(image.seconds)) if image.built else ("kept", "")
        table.add_row(image.name, image.tag, megabytes(image.size), how, time)
    console.print(table)


@click.command()
@names_argument
@registry_option
@json_option
def push(names: tuple[str, ...], registry: str, as_json: bool) -> None:
    """Push what the registry lacks, and write the digests into dist/images.yaml."""
    from airflow_k8s.images.publish import push_all  # noqa: PLC0415  (see build)

    digests = push_all(registry, names)
    if as_json:
        print_json(digests)
        return
    table = Table("image", "digest")
    for name, digest in digests.items():
        table.add_row(name, digest[:19])
    console.print(table)


COMMANDS = (build, push)
