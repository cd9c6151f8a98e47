"""Build what is not there yet, parents first and siblings at once."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from airflow_k8s.cluster import osimage, ports, tools
from airflow_k8s.cluster.registry import local_port
from airflow_k8s.images import catalogue, engine, overlay, platforms, publish
from airflow_k8s.images.buildx import PLAIN, How
from airflow_k8s.images.lock import Checkout, refuse_unlocked
from airflow_k8s.images.plan import Planned, present
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
        planned: the wanted images, each as it should exist.
        places: where each of them is.
        missing: which of them are to be built.
        registry: host, port and path that their names begin with.
        how: how they are built.
    """

    planned: Mapping[str, Planned]
    places: Mapping[str, Place]
    missing: Collection[str]
    registry: str
    how: How


def build_all(registry: str, names: tuple[str, ...] = (), how: How = PLAIN) -> list[Built]:
    """Build every image, or the named ones and their parents, and write dist/images.yaml. What is there is kept.

    Args:
        registry: host, port and path that the images' names begin with, "localhost:5001".
        names: images of the catalogue; none means all.
        how: how they are built.

    Raises:
        UserError: a mistake in the catalogue, a wish that is not locked, or a build that failed.
    """
    work = look(registry, names, how)
    seconds = _build(work) if work.missing else {}
    overlay.update(catalogue.load(), [image for image in work.planned.values() if not image.builder], registry)
    return told(work, seconds)


def look(registry: str, names: tuple[str, ...] = (), how: How = PLAIN) -> Work:
    """Find what there is and what is to be built, and build nothing; arguments as for `build_all`."""
    planned = {image.name: image for image in present(names)}
    refuse_unlocked(Checkout(catalogue.load(), catalogue.airflow_version()), tuple(planned))
    places = {name: find(image.reference(registry), how) for name, image in planned.items()}
    return Work(planned, places, to_build(planned, names, places), registry, how)


def told(work: Work, seconds: Mapping[str, float]) -> list[Built]:
    """What became of each image; of builders only what was built."""
    shown = [image for name, image in work.planned.items() if name in work.missing or not image.builder]
    return [_told(work, image, seconds.get(image.name, 0)) for image in shown]


def to_build(planned: Mapping[str, Planned], names: Iterable[str], places: Mapping[str, Place]) -> list[str]:
    """What is to be built: what is nowhere; builders only where they are named, or something that is built needs them.

    Example:
        >>> tools = Planned("tools", "1", "debian:trixie-slim", {}, {}, (), builder=True)
        >>> base = Planned("base", "1", "debian:trixie-slim", {}, {}, (), {"TOOLS": "tools:1"})
        >>> to_build({"tools": tools, "base": base}, (), {"tools": Place.NOWHERE, "base": Place.HERE})
        []
    """
    missing = [name for name, place in places.items() if place is Place.NOWHERE]
    needed = {*names, *(need for name in missing if not planned[name].builder for need in planned[name].needs())}
    return [name for name in missing if name in needed or not planned[name].builder]


def find(reference: str, how: How = PLAIN) -> Place:
    """Where an image is. The registry is asked only when the engine does not have it, or cannot: several platforms.

    Raises:
        UserError: the registry answers, but not this question; or it is elsewhere and does not answer.
    """
    if how.platforms:
        there = platforms.offered(reference) >= set(how.platforms)
        return Place.REGISTRY if there else Place.NOWHERE
    if engine.size(reference) is not None:
        return Place.HERE
    port = local_port(reference)
    if port is not None and ports.is_free(port):
        return Place.NOWHERE
    return Place.REGISTRY if publish.digest(reference) else Place.NOWHERE


def _build(work: Work) -> dict[str, float]:
    """Build what is missing, and return the seconds of each."""
    tools.ensure("buildx")
    debian = _debian(work)
    _pull_parents(work)

    def build(name: str) -> float:
        begin = time.monotonic()
        with step(f"build {name}"):
            engine.build(work.planned[name], work.registry, debian, work.how)
        return time.monotonic() - begin

    needs = {name: set(work.planned[name].needs()) & set(work.missing) for name in work.missing}
    return in_order(needs, build, work.how.jobs)


def _debian(work: Work) -> str:
    """Debian's image, where the builder can reach it."""
    release = catalogue.load().debian
    if not work.how.platforms:
        return osimage.ensure(release)
    platforms.require(work.how.platforms)
    return platforms.debian(release, work.registry, work.how.platforms)


def _pull_parents(work: Work) -> None:
    """Give the engine what it builds from and the registry has; other builders pull by themselves."""
    if work.how.platforms:
        return
    needs = {need for name in work.missing for need in work.planned[name].needs()}
    for name in sorted(need for need in needs if work.places[need] is Place.REGISTRY):
        engine.fetch(work.planned[name].reference(work.registry))


def _told(work: Work, image: Planned, seconds: float) -> Built:
    name, size = image.name, engine.size(image.reference(work.registry))
    return Built(name, image.tag, size, work.places[name], name in work.missing, seconds)
