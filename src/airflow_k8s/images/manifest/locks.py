"""What an image's own folder says of it: the libraries that were wanted, and the Debian versions that were locked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import Field

from airflow_k8s.images.catalogue import Catalogue, Model
from airflow_k8s.images.manifest.model import Drift
from airflow_k8s.images.plan import arguments
from airflow_k8s.paths import ROOT

AIRFLOW = "apache-airflow"
"""What the lock of an image without parent adds by itself, unless it is a builder."""

LOCKED = re.compile(r"^(?P<name>[a-z0-9][^=\s]*)=(?P<version>\S+)(?: \[(?P<architecture>\w+)\])?$", re.MULTILINE)


class Wanted(Model):
    """The libraries that people asked for, by the names that packages have once they are installed."""

    python: tuple[str, ...] = ()
    r: tuple[str, ...] = ()
    debian: tuple[str, ...] = ()
    environments: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Python libraries by isolated environment."""


def wanted(catalogue: Catalogue, name: str, airflow: str, root: Path = ROOT) -> Wanted:
    """What an image of the catalogue adds to its parent by name; dependencies are not in it.

    Args:
        catalogue: where the image stands.
        name: the image.
        airflow: the version of Airflow, which may be part of a Debian package's name, as PostgreSQL's is.
        root: the checkout.
    """
    folder, image = root / "images" / name, catalogue.images[name]
    python = _python(folder / "requirements.in")
    itself = (AIRFLOW,) if python and not (image.parent or image.builder) else ()
    numbers = arguments(image, catalogue.version(name, airflow))
    return Wanted(
        python=itself + python,
        r=tuple(_lines(folder / "r.in")),
        debian=tuple(Template(line).safe_substitute(numbers) for line in _lines(folder / "debian.in")),
        environments={path.stem: _python(path) for path in sorted(folder.glob("environments/*.in"))},
    )


def debian_locks(catalogue: Catalogue, name: str, root: Path = ROOT) -> list[str]:
    """The Debian locks that hold for an image: its own and those of all it is built on."""
    paths = (root / "images" / one / "debian.txt" for one in catalogue.line(name))
    return [path.read_text() for path in paths if path.exists()]


def drifted(locks: Iterable[str], installed: Mapping[str, str], architecture: str) -> tuple[Drift, ...]:
    """What a mirror that moved on gave in another version than the locks name.

    Args:
        locks: texts of debian.txt: ``name=version``, perhaps with ``[architecture]`` behind it.
        installed: versions by name.
        architecture: of the image, as Debian calls it.

    Example:
        >>> drifted(["# lists\\ntini=1\\ntzdata=2\\nr-base=4 [arm64]\\n"], {"tini": "1", "tzdata": "3"}, "amd64")
        (Drift(name='tzdata', locked='2', installed='3'),)
    """
    named = [line for text in locks for line in LOCKED.finditer(text)]
    locked = {line["name"]: line["version"] for line in named if line["architecture"] in (None, architecture)}
    return tuple(
        Drift(name=name, locked=version, installed=installed.get(name))
        for name, version in sorted(locked.items())
        if installed.get(name) != version
    )


def _python(path: Path) -> tuple[str, ...]:
    return tuple(canonicalize_name(Requirement(line).name) for line in _lines(path))


def _lines(path: Path) -> Iterator[str]:
    text = path.read_text() if path.exists() else ""
    yield from filter(None, (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()))
