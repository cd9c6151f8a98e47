"""What an image consists of, as data."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from airflow_k8s.images.catalogue import Model
from airflow_k8s.images.plan import FOLDER

TITLE = "org.opencontainers.image.title"
"""The label that says what an image is called. Source: https://github.com/opencontainers/image-spec"""


class Package(Model):
    """A Python distribution or an R package."""

    name: str
    version: str
    licence: str = ""
    """An SPDX expression where it can be said as one; empty where the package does not say it to programs."""


class DebianPackage(Package):
    """A Debian package; its licence is that of most of its files."""

    source: str


class Layer(Model):
    """A layer of an image, and the step of a Dockerfile that made it."""

    size: int
    """Bytes."""
    created_by: str
    """The instruction, as ``docker history`` has it."""
    image: str = ""
    """The image whose Dockerfile has this step; empty where it is not known."""
    step: str = ""
    """What the step does, in a phrase."""


class Drift(Model):
    """A Debian package that is not there in the version that its lock names."""

    name: str
    locked: str
    installed: str | None


class Contents(Model):
    """What an image's own files say; it never changes for an image id."""

    releases: Mapping[str, str] = Field(default_factory=dict)
    """What ``python`` and ``R`` are: {"python": "3.13", "r": "4.5.0"}."""
    python: tuple[Package, ...] = ()
    """Of the environment whose ``python`` comes first on PATH."""
    environments: Mapping[str, tuple[Package, ...]] = Field(default_factory=dict)
    """Python packages of the others: by the name in /opt/venvs, or by path."""
    r: tuple[Package, ...] = ()
    debian: tuple[DebianPackage, ...] = ()


class Manifest(Contents):
    """All that is known of an image."""

    name: str
    """As its title label has it, without folders, else the last part of its reference."""
    reference: str
    image_id: str
    digest: str | None = None
    """What its registry knows it by; None before it was pushed or pulled."""
    created: datetime
    size: int
    """Bytes uncompressed."""
    labels: Mapping[str, str] = Field(default_factory=dict)
    env: Mapping[str, str] = Field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ""
    layers: tuple[Layer, ...] = ()
    """From the bottom up; steps that add nothing have none."""
    drifted: tuple[Drift, ...] = ()
    """Against the locks of this checkout; empty for images that are not made from it."""

    @property
    def ours(self) -> bool:
        """Whether the catalogue's build made it, some time."""
        return self.labels.get(TITLE) == f"{FOLDER}/{self.name}"

    @property
    def tag(self) -> str:
        """The tag of its reference, or nothing where it has none."""
        return self.reference.rpartition("/")[2].partition("@")[0].partition(":")[2]
