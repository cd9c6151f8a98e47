"""docs/images.md: what is in the images and what each layer costs, written from their manifests."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from airflow_k8s.images import catalogue
from airflow_k8s.images.catalogue import Catalogue
from airflow_k8s.images.manifest import licences, locks, tables
from airflow_k8s.images.manifest.layers import steps
from airflow_k8s.images.manifest.locks import Wanted
from airflow_k8s.images.manifest.model import Drift, Manifest
from airflow_k8s.images.manifest.whole import of
from airflow_k8s.images.plan import plan
from airflow_k8s.images.sections import Section, markdown, megabytes
from airflow_k8s.paths import ROOT

PAGE = ROOT / "docs" / "images.md"

HEAD = """\
# What is in the images

<!-- Written by `airflow-k8s images page` from the built images; do not edit. -->
`airflow-k8s images show NAME` tells more of an image, with `--all` every package;
`airflow-k8s images which "pandas>=3"` tells which images have a package;
`airflow-k8s images diff A B` tells what lies between two. Sizes are those of amd64, uncompressed.
"""

COSTS = """\
An image costs what its own steps add and what the images below it cost. A node pulls a layer once, however many images
share it.
"""

LICENCES = """\
How many packages are under which kind of licence. Of a choice the freest counts, of licences that hold together the
strictest. Of a Debian package it is the licence of most of its files, and `not stated` where its copyright file has no
form that programs read; every text is in the image, `/usr/share/doc/PACKAGE/copyright`.
"""

SIZE = re.compile(r"-?\d+(?:\.\d+)? MB")
TOLERANCE = 0.03
"""Part of a size that may be another: what a build writes down of its own time compresses and rounds differently."""


def render(images: Catalogue, manifests: Mapping[str, Manifest], wanted: Mapping[str, Wanted]) -> str:
    """The page.

    Args:
        images: the catalogue; a builder is not on the page.
        manifests: by name.
        wanted: what each image adds to its parent, by name.
    """
    names = [name for name in images.order() if name in manifests]
    parts = [HEAD, markdown(_overview(images, [manifests[name] for name in names]))]
    parts += [markdown(_costs([manifests[name] for name in names])), COSTS]
    for name in names:
        parts += _image(images, manifests[name], wanted[name])
    parts += [markdown(_licences([manifests[name] for name in names])), LICENCES]
    parts += [markdown(_strict([manifests[name] for name in names]), level=3)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def current(registry: str) -> tuple[str, list[Drift]]:
    """The page as the built images have it, and what in them is not as it was locked.

    Raises:
        UserError: an image is not built.
    """
    known, airflow = catalogue.load(), catalogue.airflow_version()
    images = [image for image in plan(known, airflow) if not known.images[image.name].builder]
    manifests = {image.name: of(image.reference(registry)) for image in images}
    drifted = [drift for manifest in manifests.values() for drift in manifest.drifted]
    return render(known, manifests, {name: locks.wanted(known, name, airflow) for name in manifests}), drifted


def differences(written: str, current: str, drifted: Sequence[Drift] = ()) -> list[str]:
    """The lines in which a page is out of date, each as it is and as it should be.

    Sizes within three percent of each other are equal. Where Debian's mirror moved on, nothing that its packages decide
    is compared: neither a line that names one of them nor any number of packages.

    Example:
        >>> differences("a 100 MB\\nb 1\\n", "a 102 MB\\nb 2\\n")
        ['- b 1', '+ b 2']
    """
    pairs = zip_longest(*(_comparable(text, drifted) for text in (written, current)), fillvalue="")
    return [said for old, new in pairs if not _alike(old, new) for said in (f"- {old}", f"+ {new}")]


def _overview(images: Catalogue, manifests: Sequence[Manifest]) -> Section:
    head = ("image", "for", "owner", "built on", ">size", ">budget", ">Python", ">R", ">Debian")
    rows = [
        (*_about(images, one), *(str(len(found)) for found in (one.python, one.r, one.debian))) for one in manifests
    ]
    return Section("At a glance", head, rows)


def _about(images: Catalogue, manifest: Manifest) -> tuple[str, ...]:
    image = images.images[manifest.name]
    below = image.parent or f"Debian {images.debian}"
    size = megabytes(manifest.size)
    return f"[{manifest.name}](#{manifest.name})", image.purpose, image.owner, below, size, f"{image.budget.size} MB"


def _costs(manifests: Sequence[Manifest]) -> Section:
    rows = {step: size for manifest in manifests for step, size in steps(manifest.layers).items()}
    shown = [(image, step, megabytes(size)) for (image, step), size in rows.items() if size >= tables.SMALLEST]
    return Section("What each layer costs", ("image", "step", ">size"), shown)


def _image(images: Catalogue, manifest: Manifest, wanted: Wanted) -> Iterator[str]:
    image = images.images[manifest.name]
    yield f"## {manifest.name}\n\n{image.purpose}"
    yield "\n".join(f"- {said}" for said in _said(images, manifest))
    for section in tables.wanted(manifest, wanted):
        yield markdown(section, level=3)


def _said(images: Catalogue, manifest: Manifest) -> Iterator[str]:
    image = images.images[manifest.name]
    yield f"Owner: {image.owner}"
    releases = [f"{language.title()} {release}" for language, release in manifest.releases.items()]
    yield f"Built on: {', '.join([image.parent or f'Debian {images.debian}', *releases])}"
    yield f"Size: {megabytes(manifest.size)} of {image.budget.size} MB"
    yield f"Packages: {', '.join(f'{len(found)} {kind}' for kind, found in tables.shelves(manifest).items())}"
    for name, why in image.environments.items():
        yield f"Environment `/opt/venvs/{name}` ({len(manifest.environments.get(name, ()))} packages): {why}"


def _licences(manifests: Sequence[Manifest]) -> Section:
    kinds = [*licences.FAMILIES, licences.OTHER, licences.NOT_STATED]
    rows = [
        (manifest.name, shelf, *(str(licences.families(one.licence for one in found).get(kind, 0)) for kind in kinds))
        for manifest in manifests
        for shelf, found in tables.shelves(manifest).items()
    ]
    return Section("Licences", ("image", "packages", *(f">{kind}" for kind in kinds)), rows)


def _strict(manifests: Sequence[Manifest]) -> Section:
    """Python packages that a lawyer asks for: all that are not simply permissive."""
    found = {one.name: one.licence for manifest in manifests for one in manifest.python}
    rows = [(name, licence) for name, licence in sorted(found.items()) if licences.family(licence) != "permissive"]
    return Section("Python packages that are not simply permissive", ("package", "licence"), rows)


def _comparable(text: str, drifted: Sequence[Drift]) -> list[str]:
    names = {name for one in drifted for name in (one.name, one.name.removeprefix("r-cran-"))}
    lines = text.splitlines()
    if not drifted:
        return lines
    kept = [line for line in lines if not any(cell.strip().lower() in names for cell in line.split("|"))]
    return [re.sub(r"\b\d+ (R|Debian)\b|(?<=\| )\d+(?= \|)", "…", line) for line in kept]


def _alike(old: str, new: str) -> bool:
    sizes = [[float(size.split()[0]) for size in SIZE.findall(line)] for line in (old, new)]
    return SIZE.sub("", old) == SIZE.sub("", new) and all(
        abs(before - after) <= max(0.1, TOLERANCE * before) for before, after in zip(*sizes, strict=True)
    )
