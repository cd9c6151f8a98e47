"""Make a team's own image."""

import os

import click

from airflow_k8s.images import catalogue
from airflow_k8s.images.commands.output import image_names
from airflow_k8s.progress import console


@click.command()
@click.argument("name")
@click.option(
    "--from", "parent", required=True, metavar="IMAGE", shell_complete=image_names, help="The image it is built on."
)
@click.option("--python", multiple=True, metavar="LIBRARY", help="A Python library, as pip takes it; may be repeated.")
@click.option("--r", multiple=True, metavar="PACKAGE", help="An R package, as library() takes it; may be repeated.")
@click.option("--debian", multiple=True, metavar="PACKAGE", help="A Debian package; may be repeated.")
@click.option("--purpose", default="", help="A sentence for those who choose an image.")
@click.option("--owner", default="", help="The team that answers for it. Without: its parent's.")
@click.option("--lock/--no-lock", "locked", default=True, help="Look up versions now; needs the package registries.")
def new(
    *,
    name: str,
    parent: str,
    python: tuple[str, ...],
    r: tuple[str, ...],
    debian: tuple[str, ...],
    purpose: str,
    owner: str,
    locked: bool,
) -> None:
    """Make the image NAME: its folder, its entry in the catalogue, its test; all of it or nothing.

    For example: airflow-k8s images new geo --from python-data --python geopandas --debian gdal-bin
    """
    from airflow_k8s.images.lock import Checkout, renew  # noqa: PLC0415  (the resolver, only where it is used)
    from airflow_k8s.images.scaffold import Wish, create  # noqa: PLC0415  (see above)

    def lock(known: catalogue.Catalogue) -> None:
        if locked:
            checkout = Checkout(known, catalogue.airflow_version())
            renew(checkout, (name,))
            checkout.write()

    wish = Wish(name, parent, {"python": python, "r": r, "debian": debian}, purpose, owner)
    for path in create(wish, lock):
        console.print(f"[green]✓[/] {os.path.relpath(path)}")
    console.print("Next:")
    for command, why in ([] if locked else [LOCK]) + NEXT:
        console.print(f"  {command.format(name=name):48}  [dim]# {why}[/]", soft_wrap=True)


LOCK = ("airflow-k8s images lock {name}", "versions and hashes")
NEXT = [
    ("airflow-k8s images build {name}", "it, and what it is built on"),
    ("airflow-k8s images check {name}", "a task runs on it, as on the platform"),
    ("airflow-k8s images push {name}", "then helm upgrade with dist/images.yaml: its name is known"),
]
"""The commands that lead from here to a task on the image."""

COMMANDS = (new,)
