"""The commands ``airflow-k8s images …``: they parse, call, and print."""

import json
import os

import click
from rich.table import Table

from airflow_k8s.images import catalogue
from airflow_k8s.options import registry_option
from airflow_k8s.progress import clock, console

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
names_argument = click.argument("names", nargs=-1, metavar="[NAME]...")


@click.group()
def images() -> None:
    """Build, publish, lock and list the images of images/catalogue.yaml."""


@images.command()
@names_argument
@registry_option
@json_option
def build(names: tuple[str, ...], registry: str, as_json: bool) -> None:
    """Build all images, or those NAMED with their parents; what is there already is kept."""
    from airflow_k8s.images.build import build_all  # noqa: PLC0415  (the Docker SDK, only where it is used)

    done = build_all(registry, names)
    if as_json:
        _print_json([vars(image) for image in done])
        return
    table = Table("image", "tag", "size", "", "time")
    table.columns[2].justify = table.columns[4].justify = "right"
    for image in done:
        how, time = ("built", clock(image.seconds)) if image.built else ("kept", "")
        table.add_row(image.name, image.tag, megabytes(image.size), how, time)
    console.print(table)


@images.command()
@names_argument
@registry_option
@json_option
def push(names: tuple[str, ...], registry: str, as_json: bool) -> None:
    """Push what the registry lacks, and write the digests into dist/images.yaml."""
    from airflow_k8s.images.publish import push_all  # noqa: PLC0415  (see build)

    digests = push_all(registry, names)
    if as_json:
        _print_json(digests)
        return
    table = Table("image", "digest")
    for name, digest in digests.items():
        table.add_row(name, digest[:19])
    console.print(table)


@images.command()
@names_argument
@click.option("--upgrade", is_flag=True, help="Take newer versions; without, what is locked stays as long as it fits.")
def lock(names: tuple[str, ...], upgrade: bool) -> None:
    """Write requirements.txt (versions and hashes) from each requirements.in below images/, or of those NAMED."""
    from airflow_k8s.images.lock import lock_all  # noqa: PLC0415  (see build)

    for path in lock_all(catalogue.load(), catalogue.airflow_version(), names, upgrade=upgrade):
        console.print(f"[green]✓[/] {os.path.relpath(path)}")


@images.command()
def airflow_requirement() -> None:
    """Print the requirement that pins Airflow to the chart's appVersion; for the lock of the checkout itself."""
    click.echo(f"apache-airflow=={catalogue.airflow_version()}")


@images.command(name="list")
@json_option
def list_images(as_json: bool) -> None:
    """Show what the catalogue has, and the tag that each image's present content gives."""
    from airflow_k8s.images.plan import plan  # noqa: PLC0415  (see build)

    known = catalogue.load()
    tags = {image.name: image.tag for image in plan(known, catalogue.airflow_version())}
    if as_json:
        _print_json({name: {**image.model_dump(), "tag": tags[name]} for name, image in known.images.items()})
        return
    table = Table("image", "parent", "tag", "purpose")
    for name, tag in tags.items():
        table.add_row(name, known.images[name].parent or "", tag, known.images[name].purpose)
    console.print(table)


def megabytes(size: int) -> str:
    """Bytes as people compare images.

    Example:
        >>> megabytes(559_500_000)
        '560 MB'
    """
    return f"{size / 1e6:.0f} MB"


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, indent=2))
