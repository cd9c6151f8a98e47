"""A shell where a build failed: in the last good layer, with what the failed step would have mounted."""

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from airflow_k8s.errors import UserError
from airflow_k8s.images import buildx, engine, failure
from airflow_k8s.images.plan import Planned, present
from airflow_k8s.images.tags import File
from airflow_k8s.paths import LOGS
from airflow_k8s.progress import console, step

SCRIPT = File(".failed-step", b"")
"""Where the failed command stands in the context; no image has a file with a dot in front."""

IN_SHELL = "/run/failed-step"


def open_shell(name: str, registry: str) -> None:
    """Open a shell right before the step at which the last build of an image failed.

    Args:
        name: the image.
        registry: as for the build that failed.

    Raises:
        UserError: there is no such image, or its last build did not fail at a step.
    """
    (*_, image) = present((name,))
    cut, command = until_failure(image, LOGS / f"image-{name}.log")
    with step(f"build {name} up to the step that failed"):
        built = engine.build_unnamed(cut, registry)
    console.print(f"`sh -ex {IN_SHELL}` runs the step that failed; `exit` leaves. It is:\n{command}\n", markup=False)
    try:
        _run(built, image.below(registry) | image.args)
    finally:
        engine.client().images.remove(built, force=True)


def until_failure(image: Planned, log: Path) -> tuple[Planned, str]:
    """An image that ends right before the step that failed, and that step's command.

    Raises:
        UserError: the log tells of no failed step, or the Dockerfile has changed so much that it has it no more.
    """
    dockerfile = next(file for file in image.files if file.path == "Dockerfile").content.decode()
    failed = failure.failed_step(log.read_text()) if log.exists() else None
    try:
        if failed is None:
            raise ValueError(f"{log.name} tells of no failed step")
        kept, command = failure.before(dockerfile, failed)
    except ValueError as problem:
        raise UserError(
            f"There is no failed build of `{image.name}` to look into.", f"{problem}.", "Build it first: `make images`."
        ) from problem
    command = command.removeprefix("RUN").strip()
    script = replace(SCRIPT, content=f"{command}\n".encode())
    others = [file for file in image.files if file.path != "Dockerfile"]
    text = f"{kept}COPY {SCRIPT.path} {IN_SHELL}\n"
    return replace(
        image, name=f"{image.name}-shell", files=(*others, script, File("Dockerfile", text.encode()))
    ), command


def _run(built: str, variables: dict[str, str]) -> None:
    """The shell has what the step had: build arguments as variables, the host's secrets as files, room for caches."""
    host = buildx.host()
    with tempfile.TemporaryDirectory(prefix="airflow-k8s-") as secrets:
        (Path(secrets) / "settings").write_text(host.settings)
        if host.ca:
            (Path(secrets) / "ca").write_bytes(host.ca.read_bytes())
        words = ["docker", "run", "--interactive", "--tty", "--rm", "--volume", f"{secrets}:/run/secrets:ro"]
        words += [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        subprocess.run([*words, "--entrypoint", "/bin/sh", built], check=False)
