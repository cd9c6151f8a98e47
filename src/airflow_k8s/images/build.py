"""Build what is not there yet, parents first and siblings at once."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from airflow_k8s.cluster import osimage, ports
from airflow_k8s.cluster.registry import local_port
from airflow_k8s.images import catalogue, engine, overlay, platforms, publish
from airflow_k8s.images.buildx import PLAIN, How
from airflow_k8s.images.catalogue import Catalogue
from airflow_k8s.images.plan import Planned, plan
from airflow_k8s.images.schedule import in_order
from airflow_k8s.progress import step


class Place(StrEnum):
    """Where an image is."""

    HERE = "here"
    REGISTRY = "registry"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Built:
    """An image that is there now, or that a dry run found or missed.

    Args:
        name: its name in the catalogue.
        tag: version and content hash.
        size: bytes, uncompressed; None where this machine's engine does not have it.
        place: where it was before.
        built: whether this call built it.
        seconds: what the build took.
    """

    name: str
    tag: str
    size: int | None
    place: Place
    built: bool
    seconds: float = 0


@dataclass(frozen=True)
class Work:
    """What was found, and what is to be done.

    Args:
        images: the catalogue.
        planned: its images, each as it should exist.
        registry: host, port and path that their names begin with.
        how: how they are built.
        places: where each wanted image is.
        missing: which of them are to be built.
    """

    images: Catalogue
    planned: Mapping[str, Planned]
    registry: str
    how: How
    places: Mapping[str, Place]
    missing: Collection[str]


def build_all(registry: str, names: tuple[str, ...] = (), how: How = PLAIN) -> list[Built]:
    """Build every image, or the named ones and their parents, and write dist/images.yaml. What is there is kept.

    Args:
        registry: host, port and path that the images' names begin with, "localhost:5001".
        names: images of the catalogue; none means all.
        how: how they are built.

    Raises:
        UserError: a mistake in the catalogue, or a build that failed.
    """
    work = look(registry, names, how)
    seconds = _build(work) if work.missing else {}
    overlay.update(work.images, [work.planned[name] for name in _people_use(work)], registry)
    return told(work, seconds)


def look(registry: str, names: tuple[str, ...] = (), how: How = PLAIN) -> Work:
    """Find what there is and what is to be built, and build nothing; arguments as for `build_all`."""
    images = catalogue.load()
    planned = {image.name: image for image in plan(images, catalogue.airflow_version())}
    places = {name: find(planned[name].reference(registry), registry, how) for name in images.wanted(names)}
    return Work(images, planned, registry, how, places, to_build(images, names, places))


def told(work: Work, seconds: Mapping[str, float]) -> list[Built]:
    """What became of each image; of builders only what was built."""
    shown = [name for name in work.places if name in work.missing or name in _people_use(work)]
    return [_told(work, name, seconds.get(name, 0)) for name in shown]


def to_build(images: Catalogue, names: Iterable[str], places: Mapping[str, Place]) -> list[str]:
    """What is to be built: what is nowhere; builders only where they are named, or something that is built needs them.

    Example:
        >>> to_build(catalogue.example(), (), {"base": Place.HERE, "r-data": Place.NOWHERE})
        ['r-data']
    """
    missing = [name for name, place in places.items() if place is Place.NOWHERE]
    needed = {*names, *(need for name in missing if not images.images[name].builder for need in images.needs(name))}
    return [name for name in missing if name in needed or not images.images[name].builder]


def find(reference: str, registry: str, how: How = PLAIN) -> Place:
    """Where an image is. The registry is asked only when the engine does not have it, or cannot: several platforms.

    Raises:
        UserError: the registry answers, but not this question; or it is elsewhere and does not answer.
    """
    if how.platforms:
        there = platforms.offered(reference) >= set(how.platforms)
        return Place.REGISTRY if there else Place.NOWHERE
    if engine.size(reference) is not None:
        return Place.HERE
    port = local_port(registry)
    if port is not None and ports.is_free(port):
        return Place.NOWHERE
    return Place.REGISTRY if publish.digest(reference) else Place.NOWHERE


def _build(work: Work) -> dict[str, float]:
    """Build what is missing, and return the seconds of each."""
    debian = _debian(work)
    _pull_parents(work)

    def build(name: str) -> float:
        begin = time.monotonic()
        with step(f"build {name}"):
            engine.build(work.planned[name], work.registry, debian, work.how)
        return time.monotonic() - begin

    needs = {name: set(work.images.needs(name)) & set(work.missing) for name in work.missing}
    return in_order(needs, build, work.how.jobs)


def _debian(work: Work) -> str:
    """Debian's image, where the builder can reach it."""
    if not work.how.platforms:
        return osimage.ensure(work.images.debian)
    platforms.require(work.how.platforms)
    return platforms.debian(work.images.debian, work.registry, work.how.platforms)


def _pull_parents(work: Work) -> None:
    """Give the engine what it builds from and the registry has; other builders pull by themselves."""
    if work.how.platforms:
        return
    needs = {need for name in work.missing for need in work.images.needs(name)}
    for name in sorted(need for need in needs if work.places[need] is Place.REGISTRY):
        engine.fetch(work.planned[name].reference(work.registry))


def _people_use(work: Work) -> list[str]:
    return [name for name in work.places if not work.images.images[name].builder]


def _told(work: Work, name: str, seconds: float) -> Built:
    image = work.planned[name]
    size = engine.size(image.reference(work.registry))
    return Built(name, image.tag, size, work.places[name], name in work.missing, seconds)
