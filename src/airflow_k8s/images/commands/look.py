"""Look at images: what there is, what is in it, which has a package, and what lies between two."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from airflow_k8s.images import catalogue
from airflow_k8s.images.commands.output import json_option, print_json, print_whole, show
from airflow_k8s.images.sections import Section
from airflow_k8s.options import registry_option
from airflow_k8s.paths import ROOT
from airflow_k8s.progress import console

if TYPE_CHECKING:
    from airflow_k8s.images.manifest import Manifest

WIDE = 140
"""Columns of a terminal from which on each image of the list has one line."""


@click.command(name="list")
@registry_option
@json_option
def list_images(registry: str, as_json: bool) -> None:
    """Show what the catalogue has, what of it is built, and the room that is left in its budget of size."""
    from airflow_k8s.images.manifest import overview  # noqa: PLC0415  (the Docker SDK, only where it is used)

    found = overview.overview(catalogue.load(), catalogue.airflow_version(), registry)
    if as_json:
        print_json({one.name: one.model_dump(mode="json") for one in found})
        return
    wide = not console.is_terminal or console.width >= WIDE
    show(overview.table(found, datetime.now(UTC), wide=wide))


@click.command(name="show")
@click.argument("image", metavar="NAME|REF")
@click.option(
    "--all", "everything", is_flag=True, help="Show every package, not only the libraries that were asked for."
)
@registry_option
@json_option
def show_image(image: str, everything: bool, registry: str, as_json: bool) -> None:
    """Show what an image consists of: a NAME of the catalogue, NAME:TAG, or any image that the engine has."""
    from airflow_k8s.images import manifest  # noqa: PLC0415  (see list)
    from airflow_k8s.images.manifest import tables  # noqa: PLC0415

    found = manifest.of(_resolve(image, registry))
    if as_json:
        print_json({**found.model_dump(mode="json"), "compressed": _compressed(found)})
        return
    entry = catalogue.load().images.get(found.name) if found.ours else None
    _print_facts(tables.facts(found, entry.budget if entry else None, _compressed(found), datetime.now(UTC)))
    for section in [*(_all(found) if everything else _wanted(found)), tables.layers(found)]:
        show(section)
    if not everything:
        console.print(f"Every package: airflow-k8s images show {escape(image)} --all", soft_wrap=True)


@click.command()
@click.argument("packages", nargs=-1, required=True, metavar="PACKAGE...")
@registry_option
@json_option
def which(packages: tuple[str, ...], registry: str, as_json: bool) -> None:
    """Tell which images have every PACKAGE: pandas, "pandas>=3", r:dplyr, debian:libpq5. Exit code 1: none has.

    A name without kind is looked for among Python, R and Debian packages. Versions are compared as PEP 440 has it.
    Several Python packages must be in one environment.
    """
    from airflow_k8s.images.manifest import match, tables  # noqa: PLC0415  (see list)

    queries = [match.parse(text) for text in packages]
    manifests = list(_built(registry))
    answers = [match.answer(queries, manifest) for manifest in manifests]
    having = [answer for answer in answers if answer.has_all]
    if as_json:
        print_json([{**answer.model_dump(mode="json"), "has_all": answer.has_all} for answer in answers])
    else:
        show(tables.answers(packages, having or answers))
        for line in () if having else match.explained(queries, manifests):
            console.print(escape(line), soft_wrap=True)
    sys.exit(0 if having else 1)


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for the comment of an upgrade.")
@registry_option
@json_option
def diff(before: str, after: str, as_markdown: bool, registry: str, as_json: bool) -> None:
    """Show what changes from image A to image B: packages, size, layers, labels.

    Each is a name of the catalogue, NAME:TAG, or any image that the engine has.
    """
    from airflow_k8s.images import manifest  # noqa: PLC0415  (see list)
    from airflow_k8s.images.manifest import compare, tables  # noqa: PLC0415
    from airflow_k8s.images.sections import markdown  # noqa: PLC0415

    found = compare.compare(manifest.of(_resolve(before, registry)), manifest.of(_resolve(after, registry)))
    sections = tables.difference(found)
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif as_markdown:
        click.echo("\n\n".join([f"`{found.before}` → `{found.after}`", *map(markdown, sections)]))
    else:
        console.print(f"{escape(found.before)} → {escape(found.after)}", soft_wrap=True)
        for section in sections:
            show(section)


@click.command()
@registry_option
def page(registry: str) -> None:
    """Write docs/images.md: what is in the built images, and what each layer costs."""
    from airflow_k8s.images.manifest.page import PAGE, current  # noqa: PLC0415  (see list)

    text, drifted = current(registry)
    PAGE.write_text(text)
    console.print(f"[green]✓[/] {PAGE.relative_to(ROOT)}")
    for one in drifted:
        console.print(f"{one.name} is {one.installed or 'gone'}, not {one.locked} as locked", soft_wrap=True)


def _all(found: "Manifest") -> Iterator[Section]:
    from airflow_k8s.images.manifest import tables  # noqa: PLC0415  (see list)

    yield from (tables.packages(kind, packages) for kind, packages in tables.shelves(found).items())


def _wanted(found: "Manifest") -> Iterator[Section]:
    """What the image and all that it is built on were made for; nothing of a foreign image."""
    from airflow_k8s.images.manifest import locks, tables  # noqa: PLC0415  (see list)

    known = catalogue.load()
    for name in known.line(found.name) if found.ours and found.name in known.images else ():
        for section in tables.wanted(found, locks.wanted(known, name, catalogue.airflow_version())):
            yield replace(section, title=f"{section.title} that {name} adds")


def _compressed(manifest: "Manifest") -> int | None:
    """What its registry says; a program to ask it is not built for that, nor is one asked that never had the image."""
    from airflow_k8s.cluster import tools  # noqa: PLC0415  (see list)
    from airflow_k8s.images.layers import in_registry  # noqa: PLC0415

    return in_registry(manifest.reference) if manifest.digest and tools.present("crane") else None


def _resolve(image: str, registry: str) -> str:
    from airflow_k8s.images import engine  # noqa: PLC0415  (see list)

    return engine.resolve(image, registry)


def _built(registry: str) -> "Iterator[Manifest]":
    """The manifests of what tasks and the platform run on; what is not built is named."""
    from airflow_k8s.images import manifest  # noqa: PLC0415  (see list)
    from airflow_k8s.images.manifest import overview  # noqa: PLC0415

    for image in overview.overview(catalogue.load(), catalogue.airflow_version(), registry):
        if image.built and not image.builder:
            yield manifest.of(image.reference)
        elif not image.builder:
            console.print(
                f"{image.name} is not built, so nobody can tell what it has: run `make images`.", soft_wrap=True
            )


def _print_facts(facts: list[tuple[str, str]]) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for what, said in facts:
        grid.add_row(what, escape(said))
    print_whole(grid)


COMMANDS = (list_images, show_image, which, diff, page)
