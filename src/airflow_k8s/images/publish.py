"""Push what a registry lacks, and remember what it calls it."""

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue, engine, overlay
from airflow_k8s.images.plan import Planned, plan
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
    images = catalogue.load()
    planned = {image.name: image for image in plan(images, catalogue.airflow_version())}
    run = [name for name in images.wanted(names) if not images.images[name].builder]
    digests = {name: _ensure(planned[name], registry) for name in run}
    overlay.add_digests(digests)
    return digests


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
    try:
        return process.run([tools.path("crane"), "digest", reference]).strip()
    except UserError as problem:
        if any(word in problem.why for word in UNKNOWN):
            return None
        raise UserError(
            f"The registry of {reference} does not answer as one does.",
            problem.why,
            "Start it, or log in with `docker login`.",
        ) from problem
