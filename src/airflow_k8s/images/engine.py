"""All talk with Docker: the SDK looks and pushes, buildx builds, because the SDK has no BuildKit."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_k8s import process
from airflow_k8s.cluster import engine, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue, context
from airflow_k8s.images.plan import FOLDER, Planned, named, plan
from airflow_k8s.paths import LOGS

if TYPE_CHECKING:
    import docker

BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")
"""Variables by which a host names its own CA bundle, in the order they are asked."""

LINE = 140
"""Characters shown of a line that a build said; a RUN is one line, however long."""


@cache
def client() -> "docker.DockerClient":
    """The one client of this process; the engine is installed and started first where that is possible.

    Raises:
        UserError: no engine answers, with what to do about it.
    """
    engine.ensure()
    return engine.client()


def resolve(text: str, registry: str) -> str:
    """The full reference of what a person calls an image: ``r-data``, ``r-data:3.3.2-…``, or any reference.

    Args:
        text: what was typed.
        registry: where our own images lie.
    """
    return named(text, plan(catalogue.load(), catalogue.airflow_version()), registry)


def size(reference: str) -> int | None:
    """Bytes of an image uncompressed, or None where the engine does not have it."""
    from docker.errors import ImageNotFound  # noqa: PLC0415  (what needs no engine starts faster without)

    try:
        return int(client().images.get(reference).attrs["Size"])
    except ImageNotFound:
        return None


def build(image: Planned, registry: str, parent: str) -> None:
    """Build an image and give it its name; a build that fails or is interrupted leaves no name behind.

    Args:
        image: what to build.
        registry: the registry that the name begins with.
        parent: full reference of the image it is built on.

    Raises:
        UserError: the build failed; carries its last lines, all of them are in dist/logs.
    """
    log = f"image-{image.name}"
    try:
        with context.staged(image.name, image.files) as folder:
            words = command(image, registry, parent, folder, ca_bundle())
            process.run(words, log=log, env={"BUILDX_BUILDER": "default"})
    except UserError as failed:
        remedy = f"The whole log is dist/logs/{log}.log; mend images/{image.name} and run the same again."
        said = excerpt((LOGS / f"{log}.log").read_text())
        why = f"Its build said last:\n{said}\n" if said else failed.why
        raise UserError(f"The image `{image.name}` could not be built.", why, remedy) from failed


def excerpt(log: str) -> str:
    r"""What the failed step of a build said, from BuildKit's own summary at the end of its log.

    Example:
        >>> print(excerpt("#6 DONE\n------\n > [2/2] RUN false:\n0.17 no such luck\n------\nERROR: failed"))
          | > [2/2] RUN false:
          | 0.17 no such luck
    """
    summary = log.split("\n------\n")[1:2]
    lines = [line.strip()[:LINE] for text in summary for line in text.splitlines()]
    return "\n".join(f"  | {line}" for line in lines)


def command(image: Planned, registry: str, parent: str, folder: Path, ca: Path | None) -> list[str | Path]:
    """The words of the build. The CA bundle is a secret: a file that only some RUNs see, and no layer holds."""
    words: list[str | Path] = [tools.path("buildx"), "build", "--load", "--progress", "plain", "--provenance", "false"]
    builders = {argument: f"{registry}/{FOLDER}/{reference}" for argument, reference in image.builders.items()}
    for key, value in {"PARENT": parent, **builders, **image.args}.items():
        words += ["--build-arg", f"{key}={value}"]
    for key, value in image.labels.items():
        words += ["--label", f"{key}={value}"]
    if ca:
        words += ["--secret", f"id=ca,src={ca}"]
    return [*words, "--tag", image.reference(registry), folder]


def ca_bundle() -> Path | None:
    """The host's own CA bundle, if it names one; without, images trust what Debian trusts."""
    named = (Path(value) for variable in BUNDLES if (value := os.environ.get(variable)))
    return next((path for path in named if path.is_file()), None)


def push(repository: str, tag: str) -> str:
    """Push an image and return its digest.

    Raises:
        UserError: the registry refused it or does not answer.
    """
    digest = ""
    for message in client().images.push(repository, tag, stream=True, decode=True):
        if "error" in message:
            raise UserError(
                f"{repository}:{tag} cannot be pushed.", f"{message['error']}.", "Start it, or log in to it."
            )
        digest = message.get("aux", {}).get("Digest", digest)
    return digest
