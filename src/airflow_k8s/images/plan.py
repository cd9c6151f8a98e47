"""What is to be built: each image of the catalogue with its tag, its context and what the build is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from airflow_k8s.cluster import osimage
from airflow_k8s.images import context
from airflow_k8s.images.catalogue import Catalogue, Image
from airflow_k8s.images.tags import File, content_tag
from airflow_k8s.paths import ROOT

FOLDER = "airflow-k8s"
"""The folder of a registry that all images lie in."""


@dataclass(frozen=True)
class Planned:
    """An image that should exist: everything that decides what is in it."""

    name: str
    tag: str
    parent: str
    """Reference of the parent without registry: ``base:3.3.2-…`` or ``debian:trixie-slim``."""
    args: dict[str, str]
    labels: dict[str, str]
    files: tuple[File, ...]

    def repository(self, registry: str) -> str:
        """Where the image lies in a registry, without its tag."""
        return f"{registry}/{FOLDER}/{self.name}"

    def reference(self, registry: str) -> str:
        """The full name of the image."""
        return f"{self.repository(registry)}:{self.tag}"


def plan(catalogue: Catalogue, airflow: str, root: Path = ROOT) -> list[Planned]:
    """Every image of a catalogue, parents first.

    Args:
        catalogue: what images there are.
        airflow: the version of Airflow.
        root: the checkout whose files count.
    """
    planned: dict[str, Planned] = {}
    for name in catalogue.order():
        content = context.files(name, catalogue.images[name].sources, root)
        planned[name] = plan_one(catalogue, name, airflow, content, planned)
    return list(planned.values())


def named(text: str, planned: Iterable[Planned], registry: str) -> str:
    """The full reference of what a person calls an image.

    Args:
        text: a name of the catalogue (its present content is meant), ``name:tag`` of ours, or any reference.
        planned: the images of the catalogue.
        registry: where ours lie.

    Example:
        >>> base = Planned("base", "3.3.2-abc", "debian:trixie-slim", {}, {}, ())
        >>> [named(text, [base], "localhost:5001") for text in ("base", "base:3.3.2-old", "python:3.12")]
        ['localhost:5001/airflow-k8s/base:3.3.2-abc', 'localhost:5001/airflow-k8s/base:3.3.2-old', 'python:3.12']
    """
    name, _, tag = text.partition(":")
    ours = next((image for image in planned if image.name == name), None)
    return f"{ours.repository(registry)}:{tag or ours.tag}" if ours else text


def plan_one(
    catalogue: Catalogue, name: str, airflow: str, content: Iterable[File], planned: dict[str, Planned]
) -> Planned:
    """One image, given its files and what is planned for its parent.

    Example:
        >>> from airflow_k8s.images.catalogue import example
        >>> plan_one(example(), "base", "3.3.2", [], {}).args
        {'VERSION': '3.3.2'}
    """
    image = catalogue.images[name]
    version = catalogue.version(name, airflow)
    parent = f"{image.parent}:{planned[image.parent].tag}" if image.parent else osimage.name(catalogue.debian)
    args, labels, files = arguments(image, version), describe(name, image, version, parent), tuple(content)
    return Planned(
        name, content_tag(version, files, parent=parent, args=args, labels=labels), parent, args, labels, files
    )


def arguments(image: Image, version: str) -> dict[str, str]:
    """The build arguments of an image, beside PARENT: its releases, and VERSION unless its parent settled that.

    Example:
        >>> from airflow_k8s.images.catalogue import Budget
        >>> arguments(Image(purpose="", owner="", budget=Budget(size=1), parent="base", releases={"r": "4.5"}), "3.3.2")
        {'R_RELEASE': '4.5'}
    """
    own = {f"{name.upper().replace('-', '_')}_RELEASE": release for name, release in image.releases.items()}
    return own if image.parent and not image.version else {"VERSION": version, **own}


def describe(name: str, image: Image, version: str, parent: str) -> dict[str, str]:
    """The labels of an image, spelt as the OCI image specification has them; without dates, so that tags stay true.

    Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md
    """
    base = f"{FOLDER}/{parent}" if image.parent else parent
    return {
        "org.opencontainers.image.base.name": base,
        "org.opencontainers.image.description": image.purpose,
        "org.opencontainers.image.title": f"{FOLDER}/{name}",
        "org.opencontainers.image.vendor": image.owner,
        "org.opencontainers.image.version": version,
    }
