"""Put together what the engine, the image's files and this checkout know of an image."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue, engine
from airflow_k8s.images.catalogue import nearest
from airflow_k8s.images.manifest import files, locks
from airflow_k8s.images.manifest.layers import layers
from airflow_k8s.images.manifest.model import TITLE, Contents, DebianPackage, Drift, Manifest
from airflow_k8s.images.manifest.packages import contents
from airflow_k8s.images.plan import FOLDER, plan
from airflow_k8s.paths import DIST

if TYPE_CHECKING:
    from docker.models.images import Image

CACHE = DIST / "manifests"
BASE = "org.opencontainers.image.base.name"


def of(reference: str) -> Manifest:
    """All that is known of an image that the engine has. What it consists of is read once and kept in dist/manifests.

    Args:
        reference: its full reference, or its id.

    Raises:
        UserError: the engine does not have it.
    """
    image = find(reference)
    if image is None:
        raise _not_here(reference)
    config, inside = image.attrs["Config"], _contents(image)
    return Manifest(
        **dict(inside),
        name=_name(image, reference),
        reference=reference,
        image_id=image.attrs["Id"],
        digest=next((known.partition("@")[2] for known in _digests(image, reference)), None),
        created=image.attrs["Created"],
        size=image.attrs["Size"],
        labels=image.labels,
        env=_env(image),
        entrypoint=config.get("Entrypoint") or (),
        command=config.get("Cmd") or (),
        user=config.get("User", ""),
        layers=layers(image.history(), list(_line(image, reference))),
        drifted=_drifted(reference, inside.debian, image.attrs["Architecture"]),
    )


def find(reference: str) -> "Image | None":
    """An image, or None where the engine does not have it."""
    from docker.errors import ImageNotFound  # noqa: PLC0415  (what needs no engine starts faster without)

    try:
        return engine.client().images.get(reference)
    except ImageNotFound:
        return None


def _not_here(reference: str) -> UserError:
    ours = reference.partition(f"/{FOLDER}/")[2] in _made_here()
    way = "Run `make images`." if ours else f"Pull it: `docker pull {reference}`."
    return UserError(
        f"There is no image {reference} on this machine.",
        "Only what is built or pulled can be looked into.",
        nearest(reference, list(catalogue.load().images)) or way,
    )


def _contents(image: "Image") -> Contents:
    known = CACHE / f"{image.attrs['Id'].removeprefix('sha256:')}.json"
    if known.exists() and known.stat().st_mtime > _written():
        return Contents.model_validate_json(known.read_text())
    found = contents(files.read(engine.client(), image), _env(image).get("PATH", "").split(":"))
    known.parent.mkdir(parents=True, exist_ok=True)
    unfinished = known.with_suffix(".unfinished")
    unfinished.write_text(found.model_dump_json())
    unfinished.replace(known)
    return found


@cache
def _written() -> float:
    """When this code last changed: what it read before may be another answer than it gives now."""
    return max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))


def _name(image: "Image", reference: str) -> str:
    title = image.labels.get(TITLE) or re.sub(r"[:@][^/]*$", "", reference)
    return str(title.rpartition("/")[2])


def _env(image: "Image") -> dict[str, str]:
    return dict(word.split("=", 1) for word in image.attrs["Config"].get("Env") or ())


def _digests(image: "Image", reference: str) -> Iterator[str]:
    repository = re.sub(r"[:@][^/]*$", "", reference)
    yield from (known for known in image.attrs["RepoDigests"] or () if known.partition("@")[0] == repository)


def _line(image: "Image", reference: str) -> Iterator[tuple[str, int]]:
    """An image and all that it is built on, as far as the engine has them, with the lengths of their histories."""
    yield _name(image, reference), len(image.history())
    base = image.labels.get(BASE)
    own = base and base.startswith(f"{FOLDER}/")
    below = f"{reference.partition(f'/{FOLDER}/')[0]}/{base}" if own else base
    if below and (parent := find(below)):
        yield from _line(parent, below)


def _drifted(reference: str, installed: tuple[DebianPackage, ...], architecture: str) -> tuple[Drift, ...]:
    name = _made_here().get(reference.partition(f"/{FOLDER}/")[2])
    if not name:
        return ()
    locked = locks.debian_locks(catalogue.load(), name)
    return locks.drifted(locked, {package.name: package.version for package in installed}, architecture)


@cache
def _made_here() -> dict[str, str]:
    """Names of the images that this checkout makes, by ``name:tag``."""
    planned = plan(catalogue.load(), catalogue.airflow_version())
    return {f"{image.name}:{image.tag}": image.name for image in planned}
