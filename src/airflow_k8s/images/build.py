"""Build what is not there yet, parents first."""

import time
from dataclasses import dataclass

from airflow_k8s.cluster import osimage
from airflow_k8s.images import catalogue, engine, overlay
from airflow_k8s.images.plan import Planned, plan
from airflow_k8s.progress import step


@dataclass(frozen=True)
class Built:
    """An image that is there now.

    Args:
        name: its name in the catalogue.
        tag: version and content hash.
        size: bytes, uncompressed.
        built: whether this call built it; if not it was there.
        seconds: what the build took.
    """

    name: str
    tag: str
    size: int
    built: bool
    seconds: float


def build_all(registry: str, names: tuple[str, ...] = ()) -> list[Built]:
    """Build every image, or the named ones and their parents, and write dist/images.yaml. What is there is kept.

    Args:
        registry: host, port and path that the images' names begin with, "localhost:5001".
        names: images of the catalogue; none means all.

    Raises:
        UserError: a mistake in the catalogue, or a build that failed.
    """
    images = catalogue.load()
    planned = {image.name: image for image in plan(images, catalogue.airflow_version())}
    done = [_ensure(planned, name, registry, images) for name in images.wanted(names)]
    run = [planned[image.name] for image in done if not images.images[image.name].builder]
    overlay.update(images, run, registry)
    return done


def _ensure(planned: dict[str, Planned], name: str, registry: str, images: catalogue.Catalogue) -> Built:
    image, begin = planned[name], time.monotonic()
    there = engine.size(image.reference(registry))
    if there is None:
        parent = images.images[name].parent
        below = planned[parent].reference(registry) if parent else osimage.ensure(images.debian)
        with step(f"build {name}"):
            engine.build(image, registry, below)
    size = there if there is not None else engine.size(image.reference(registry)) or 0
    return Built(name, image.tag, size, there is None, time.monotonic() - begin)
