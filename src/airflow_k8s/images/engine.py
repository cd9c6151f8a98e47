"""All talk with Docker: the SDK looks and pushes, buildx builds, because the SDK has no BuildKit."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.markup import escape

from airflow_k8s import process
from airflow_k8s.cluster import engine, osimage, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import buildx, context, failure
from airflow_k8s.images.buildx import PLAIN, How
from airflow_k8s.images.plan import Planned, named, present
from airflow_k8s.paths import LOGS
from airflow_k8s.progress import console, step

if TYPE_CHECKING:
    import docker


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
    return named(text, present(), registry)


def size(reference: str) -> int | None:
    """Bytes of an image uncompressed, or None where the engine does not have it."""
    from docker.errors import ImageNotFound  # noqa: PLC0415  (what needs no engine starts faster without)

    try:
        return int(client().images.get(reference).attrs["Size"])
    except ImageNotFound:
        return None


def build(image: Planned, registry: str, debian: str = "", how: How = PLAIN) -> None:
    """Build an image and give it its name; a build that fails or is interrupted leaves no name behind.

    Args:
        image: what to build.
        registry: the registry that its name, and those of the images it is built from, begin with.
        debian: where Debian's image lies, if not under its usual name.
        how: how to build.

    Raises:
        UserError: the build failed; carries its last lines, all of them are in dist/logs.
    """
    try:
        _buildx(image, ["--tag", image.reference(registry)], image.below(registry, debian), how)
    except UserError as failed:
        raise _explained(image, failed, shell=not how.platforms) from failed
    for sentence in failure.replaced(_log(image).read_text()):
        console.print(f"[yellow]![/] {image.name}: {escape(sentence)}")


def build_unnamed(image: Planned, registry: str) -> str:
    """Build an image that has no name, and return its id.

    Args:
        image: what to build; only its name's log tells of it.
        registry: as for `build`.

    Raises:
        UserError: the build failed.
    """
    with TemporaryDirectory() as scratch:
        note = Path(scratch) / "id"
        _buildx(image, ["--iidfile", str(note)], image.below(registry), PLAIN)
        return note.read_text()


def _buildx(image: Planned, words: list[str], below: dict[str, str], how: How) -> None:
    host = buildx.host()
    command: list[str | Path] = [tools.path("buildx"), *buildx.command(image, below, how, host), *words]
    with context.staged(image.name, image.files, wheels=host.wheels) as folder:
        process.run([*command, folder], log=_log(image).stem, env=buildx.variables(how, host))


def _explained(image: Planned, failed: UserError, *, shell: bool) -> UserError:
    log = _log(image).read_text()
    why = f"Its build said last:\n{said}\n" if (said := failure.excerpt(log)) else failed.why
    return UserError(f"The image `{image.name}` could not be built.", why, failure.remedy(image.name, log, shell=shell))


def _log(image: Planned) -> Path:
    return LOGS / f"image-{image.name}.log"


def fetch(reference: str) -> None:
    """See to it that the engine has an image: take it from its registry where it does not.

    Raises:
        UserError: it cannot be had, and why.
    """
    if size(reference) is not None:
        return
    with step(f"pull {reference}"):
        problem = osimage.pull(reference)
        if problem:
            raise UserError(f"{reference} cannot be pulled.", f"{problem}.", "Log in to its registry, or start it.")


def add_tag(reference: str, repository: str, tag: str) -> None:
    """Give an image that the engine has one more tag."""
    client().images.get(reference).tag(repository, tag)


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
