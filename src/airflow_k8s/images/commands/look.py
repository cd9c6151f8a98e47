"""Look at images: what there is, and what is in it."""

import click
from rich.table import Table

from airflow_k8s.images import catalogue
from airflow_k8s.images.commands.output import json_option, print_json
from airflow_k8s.progress import console


@click.command(name="list")
@json_option
def list_images(as_json: bool) -> None:
    """Show what the catalogue has, and the tag that each image's present content gives."""
    from airflow_k8s.images.plan import plan  # noqa: PLC0415  (the Docker SDK, only where it is used)

    known = catalogue.load()
    tags = {image.name: image.tag for image in plan(known, catalogue.airflow_version())}
    if as_json:
        print_json({name: {**image.model_dump(), "tag": tags[name]} for name, image in known.images.items()})
        return
    table = Table("image", "parent", "tag", "purpose")
    for name, tag in tags.items():
        table.add_row(name, known.images[name].parent or "", tag, known.images[name].purpose)
    console.print(table)


COMMANDS = (list_images,)
