"""Room on the disks: what a whole installation takes, and whether it is there."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from docker.errors import DockerException

from airflow_k8s.cluster import engine, node
from airflow_k8s.errors import UserError
from airflow_k8s.paths import ROOT

GIGABYTE = 10**9
HOME = Path.home()
CLUSTER_NEEDS = 8 * GIGABYTE
"""Our images once in the registry and twice in the node: packed and unpacked."""

BUILDING_NEEDS = 12 * GIGABYTE
"""The images in the engine, and what building them leaves."""

GO_NEEDS = 8 * GIGABYTE
"""Kubernetes' source and what compiling it leaves; nothing of it where tools and images can be fetched."""

CHECKOUT_NEEDS = 2 * GIGABYTE
"""Tools, build contexts and logs."""


@dataclass(frozen=True)
class Place:
    """A folder that something will be written to."""

    what: str
    path: Path
    needs: int
    """Bytes."""
    free: int
    """Bytes."""
    device: int
    """The file system it lies on: what two places need on one of them adds up."""


def shortfalls(places: list[Place]) -> list[str]:
    """One sentence for each file system that is too small for the places on it.

    Example:
        >>> shortfalls([Place("the images", Path("/var"), 20 * GIGABYTE, 5 * GIGABYTE, 1)])
        ['the images under /var need 20 GB, and 5.0 GB are free']
    """
    sentences = []
    for device in dict.fromkeys(place.device for place in places):
        here = [place for place in places if place.device == device]
        needs, free = sum(place.needs for place in here), here[0].free
        if needs > free:
            what = " and ".join(f"{place.what} under {place.path}" for place in here)
            sentences.append(f"{what} need {needs / GIGABYTE:.0f} GB, and {free / GIGABYTE:.1f} GB are free")
    return sentences


def require() -> None:
    """See to it that there is room for everything.

    Raises:
        UserError: a disk is too small; says how much is needed and how much is free.
    """
    short = shortfalls(places())
    if short:
        raise UserError(
            "The disk is too small.",
            f"{'; '.join(short)}.",
            "Make room (`docker system prune` removes images that nothing uses), or move Docker's data root.",
        )


def places() -> list[Place]:
    """The folders that are still to be written to, with the room that is left there."""
    root = _data_root()
    wanted = [("the cluster", root, CLUSTER_NEEDS)]
    if not _was_built():
        wanted += [("images", root, BUILDING_NEEDS), ("tools", ROOT, CHECKOUT_NEEDS), ("Go's caches", HOME, GO_NEEDS)]
    # With Docker Desktop or an engine elsewhere its data root is not a folder of this machine.
    return [place(what, path, needs) for what, path, needs in wanted if path.is_dir()]


def _data_root() -> Path:
    """Where the engine keeps its images; before there is an engine, where it will."""
    try:
        return Path(engine.client().info()["DockerRootDir"])
    except (DockerException, OSError):
        return Path("/var/lib")


def _was_built() -> bool:
    """Whether the largest things are there from another time: the node image comes after all the others."""
    try:
        return any(engine.client().images.list(repository) for repository in (node.REPOSITORY, node.USUAL))
    except (DockerException, OSError):
        return False


def place(what: str, path: Path, needs: int) -> Place:
    """A place with what is free there now."""
    return Place(what, path, needs, shutil.disk_usage(path).free, path.stat().st_dev)
