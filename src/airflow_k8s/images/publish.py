"""Push what a registry lacks, and remember what it calls it."""

import json
from typing import Any

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine, overlay
from airflow_k8s.images.plan import Planned, present
from airflow_k8s.images.tags import further_tags
from airflow_k8s.progress import step

UNKNOWN = ("MANIFEST_UNKNOWN", "NAME_UNKNOWN", "404 Not Found")
"""How registries say that they do not have an image."""


def push_all(registry: str, names: tuple[str, ...] = ()) -> dict[str, str]:
    """Push every image, or the named ones and their parents, as far as the registry lacks it.

    Their digests are written into dist/images.yaml, so that pods name exactly what was pushed.

    Args:
        registry: as in ``build_all``, which must have run before.
        names: images of the catalogue; none means all.

    Returns:
        Digests by image name.

    Raises:
        UserError: an image is not built, or the registry does not take it.
    """
    digests = {image.name: _ensure(image, registry) for image in _wanted(names)}
    overlay.add_digests(digests)
    return digests


def tag_all(registry: str, names: tuple[str, ...] = (), *, airflow: bool, date: str | None, pushed: bool) -> None:
    """Give every image, or the named ones and their parents, the tags that people ask for beside the content tag.

    Args:
        registry: as in ``build_all``, which must have run before.
        names: images of the catalogue; none means all.
        airflow: whether to tag with the version alone.
        date: the day to tag with, beside the version.
        pushed: whether the registry shall have these tags, too.

    Raises:
        UserError: the registry does not take a tag.
    """
    for image in _wanted(names):
        for tag in further_tags(image.tag, airflow=airflow, date=date):
            _tag(image, registry, tag, pushed)


def _wanted(names: tuple[str, ...]) -> list[Planned]:
    """What people use of the images that are asked for, and not what only builds use."""
    return [image for image in present(names) if not image.builder]


def _tag(image: Planned, registry: str, tag: str, pushed: bool) -> None:
    reference = image.reference(registry)
    if pushed:
        add_tag(reference, tag)
    else:
        engine.fetch(reference)
    if engine.size(reference) is not None:
        engine.add_tag(reference, image.repository(registry), tag)


def _ensure(image: Planned, registry: str) -> str:
    reference = image.reference(registry)
    known = digest(reference)
    if known:
        return known
    if engine.size(reference) is None:
        raise UserError(f"{reference} is not built.", "Only what is built can be pushed.", "Run `make images` first.")
    with step(f"push {image.name}"):
        return engine.push(image.repository(registry), image.tag)


def digest(reference: str) -> str | None:
    """The digest of an image in its registry, or None where the registry does not have it.

    crane asks with the credentials of `docker login`, and by plain HTTP on this machine only.

    Raises:
        UserError: the registry does not answer or refuses the question.
    """
    return _ask("digest", reference)


def manifest(reference: str) -> dict[str, Any] | None:
    """The manifest or index of an image in its registry, or None where the registry does not have it.

    Raises:
        UserError: as for `digest`.
    """
    text = _ask("manifest", reference)
    return dict(json.loads(text)) if text else None


def add_tag(reference: str, tag: str) -> None:
    """Give an image in its registry one more tag.

    Raises:
        UserError: the registry refused it.
    """
    process.run(
        [tools.path("crane"), "tag", reference, tag], remedy="Log in with `docker login`, or start the registry."
    )


def _ask(what: str, reference: str) -> str | None:
    try:
        return process.run([tools.path("crane"), what, reference]).strip()
    except UserError as problem:
        if any(word in problem.why for word in UNKNOWN):
            return None
        raise UserError(
            f"The registry of {reference} does not answer as one does.",
            problem.why,
            "Start it, or log in with `docker login`.",
        ) from problem
