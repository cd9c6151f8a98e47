"""Take content tags that nothing needs any more out of the engine, and tell what that frees.

A tag is one of ours when it lies in the registry's folder of this platform, ends in the hash of content, and its image
has the label that every build sets: nothing else is looked at, and an image goes only with the last of its tags.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow_k8s.images import engine, overlay
from airflow_k8s.images.plan import FOLDER, present
from airflow_k8s.images.tags import DIGITS

TITLE = "org.opencontainers.image.title"
CONTENT = re.compile(rf":[^:/]+-[0-9a-f]{{{DIGITS}}}$")
"""How a reference with a content tag ends; what people tag (3.3.2, 3.3.2-20261122) does not."""

Layer = tuple[tuple[str, ...], int]
"""What tells a layer from all others, and its bytes."""


@dataclass(frozen=True)
class Image:
    """An image of the engine, anybody's.

    Args:
        id: its digest.
        tags: its names.
        created: when.
        title: what its label says that it is.
        used: whether a container has it, also one that has ended.
        layers: that weigh something.
    """

    id: str
    tags: tuple[str, ...]
    created: datetime
    title: str = ""
    used: bool = False
    layers: tuple[Layer, ...] = ()

    def ours(self, registry: str) -> list[str]:
        """Its content tags that builds for a registry gave it."""
        folder = f"{registry}/{FOLDER}/"
        mine = self.title.startswith(f"{FOLDER}/")
        return [tag for tag in self.tags if mine and tag.startswith(folder) and CONTENT.search(tag)]


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be.

    Args:
        tags: references, the oldest first.
        freed: bytes of layers that no image has any more.
    """

    tags: tuple[str, ...]
    freed: int


def prune(registry: str, *, dry_run: bool = False) -> Pruned:
    """Remove what `superseded` names; the registry, and the nodes that pulled from it, keep theirs.

    Args:
        registry: host, port and path that our images' names begin with.
        dry_run: only tell.

    Raises:
        UserError: no engine answers, or a mistake in the catalogue.
    """
    there = [*images()]
    named = {image.reference(registry) for image in present()}
    named |= {f"{entry['repository']}:{entry['tag']}" for entry in overlay.read().values()}
    tags = superseded(there, registry, named)
    for tag in () if dry_run else tags:
        engine.client().images.remove(tag)
    return Pruned(tuple(tags), freed(there, tags))


def superseded(there: Iterable[Image], registry: str, named: Collection[str]) -> list[str]:
    """Content tags of ours that nothing names and no container has; of each image, the newest of those stays.

    Args:
        there: all images of the engine.
        registry: as for `prune`.
        named: references that this checkout, or its overlay for the chart, names.
    """
    oldest_first = sorted(there, key=lambda image: image.created)
    loose = [tag for image in oldest_first if not image.used for tag in image.ours(registry) if tag not in named]
    newest = {tag.rpartition(":")[0]: tag for tag in loose}
    return [tag for tag in loose if tag not in newest.values()]


def freed(there: Iterable[Image], tags: Collection[str]) -> int:
    """Bytes of layers that no image has once these tags are gone.

    Args:
        there: all images of the engine.
        tags: what goes; an image goes with the last of its tags.
    """
    gone = {image.id for image in there if image.tags and set(image.tags) <= set(tags)}
    kept = {layer for image in there if image.id not in gone for layer in image.layers}
    lost = {layer for image in there if image.id in gone for layer in image.layers}
    return sum(size for _, size in lost - kept)


def images() -> Iterator[Image]:
    """All images of the engine that have a name."""
    client = engine.client()
    used = {one["ImageID"] for one in client.api.containers(all=True)}
    for image in client.images.list():
        if image.tags:
            title, created = image.labels.get(TITLE, ""), datetime.fromisoformat(image.attrs["Created"])
            weighed = tuple(layers(image.history(), image.attrs["RootFS"].get("Layers", ())))
            yield Image(str(image.id), tuple(image.tags), created, title, image.id in used, weighed)


def layers(history: Sequence[Mapping[str, Any]], contents: Sequence[str]) -> Iterator[Layer]:
    """The layers of an image that weigh something.

    The engine tells what each step weighs, and which contents there are, but not which step made which: steps that
    changed nothing have made none, or an empty one. So all that led to a layer tells it from others.

    Args:
        history: as the engine tells it, newest first.
        contents: digests of the layers, the lowest first.

    Example:
        >>> [size for _, size in layers([{"CreatedBy": "CMD", "Size": 0}, {"CreatedBy": "COPY", "Size": 5}], ["sha256:0"])]
        [5]
    """  # noqa: E501  (an example in one line)
    steps: list[str] = []
    weighed = 0
    for one in reversed(history):
        steps.append(f"{one['CreatedBy']} {one['Size']}")
        weighed += bool(one["Size"])
        if one["Size"]:
            yield (*steps, *contents[:weighed]), one["Size"]
