"""Run an image as a task's pod would, without Kubernetes: locked down, for a while, to see what it says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container

STRANGER = "123456:0"
"""A uid that no image knows, in the group that everything belongs to: what OpenShift gives a pod."""

LOCKED_DOWN: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "read_only": True,
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/tmp": "mode=1777", "/opt/airflow/logs": "mode=1777"},  # noqa: S108  (the container's, not ours)
    "user": STRANGER,
}
"""What the chart's task pod may not do (templates/task-pod/), as a uid that is nobody's."""

ALONE: dict[str, Any] = {**LOCKED_DOWN, "network_mode": "none"}
"""The same, without a network."""

REFUSED = 125
"""The exit code of a container that could not be started, as `docker run` has it."""

STOPPED = 124
"""The exit code of a container that was stopped because its time was over, as `timeout` has it."""


@dataclass(frozen=True)
class End:
    """How a container ended, and all that it said."""

    code: int
    said: str


def run(client: "docker.DockerClient", image: Any, words: list[str], *, seconds: float = 60, **options: Any) -> End:
    """Run words in an image to their end, locked down; on no network unless one is named.

    Args:
        client: of the engine.
        image: reference of the image, or what the SDK found by it.
        words: what its entrypoint is given.
        seconds: how long it may take; then it is stopped.
        options: of the Docker SDK's ``containers.create``; they win over those of a pod.
    """
    from docker.errors import APIError  # noqa: PLC0415  (what needs no engine starts faster without)
    from requests.exceptions import ConnectionError, Timeout  # noqa: A004, PLC0415

    usual = LOCKED_DOWN if "network" in options else ALONE
    with created(client, image, words, **{**usual, **options}) as container:
        try:
            container.start()
            code = int(container.wait(timeout=seconds)["StatusCode"])
        except APIError as refusal:
            return End(REFUSED, in_short(str(refusal.explanation)))
        except (ConnectionError, Timeout):  # the SDK reports a read that timed out as either
            container.kill()
            code = STOPPED
        return End(code, container.logs().decode(errors="replace"))


@contextmanager
def created(client: "docker.DockerClient", image: Any, words: list[str], **options: Any) -> Iterator["Container"]:
    """A container that is gone afterwards, with what it wrote."""
    container = client.containers.create(image, words, **options)
    try:
        yield container
    finally:
        container.remove(force=True, v=True)


def in_short(refusal: str) -> str:
    """What the engine means when it cannot start a container; the words before are about its own parts.

    Example:
        >>> in_short('runc create failed: unable to start container process: exec: "tini": not found: unknown')
        'exec: "tini": not found'
    """
    return re.sub(r"^.*(?:caused|process): |: unknown$", "", refusal)
