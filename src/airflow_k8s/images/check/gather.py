"""Gather the facts of an image: look at its metadata, start it a few times, and read its disk."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_k8s.errors import UserError
from airflow_k8s.images import contract, pod
from airflow_k8s.images.check.facts import Disk, Facts, Start, Trial

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container
    from docker.models.images import Image

INSIDE = Path(__file__).parents[1] / "inside"
MARK = "\nFACTS:"
ARGUMENT = "two  words"
"""Given to the script behind its text: what an entrypoint is most likely to damage."""

SECONDS_TO_TELL = 60
SECONDS_TO_END = 5
ENDED_WELL = 7
"""The exit code that probe_start.py ends with when SIGTERM reaches it."""

PYTHONS = ("python", "python3")

TRIALS: dict[str, dict[str, Any]] = {
    "": {},
    "without its entrypoint": {"entrypoint": ["python"]},
    "with a root that can be written to": {"read_only": False},
    "as its own user": {"user": None},
    "as root": {"user": "0:0"},
}
"""Starts of an image, each with more freedom than the one before: the first that works tells what is in the way."""


def find(client: "docker.DockerClient", reference: str) -> "Image":
    """The image of a reference, pulled where the engine does not have it.

    Raises:
        UserError: it is neither here nor can it be pulled.
    """
    from docker.errors import APIError, ImageNotFound  # noqa: PLC0415  (what needs no engine starts faster without)

    try:
        with contextlib.suppress(ImageNotFound):
            return client.images.get(reference)
        return client.images.pull(reference)
    except APIError as refusal:
        raise UserError(
            f"There is no image {reference}.",
            f"The engine does not have it, and pulling said: {refusal.explanation}.",
            "Build or pull it, or mend the name; images of this checkout go by their name in the catalogue.",
        ) from refusal


def gather(client: "docker.DockerClient", reference: str) -> Facts:
    """All facts of an image but its contract.

    Raises:
        UserError: there is no such image.
    """
    image = find(client, reference)
    config = image.attrs["Config"] or {}
    return Facts(
        reference=reference,
        architecture=image.attrs["Architecture"],
        engine=client.info()["Architecture"],
        user=config.get("User", ""),
        env=dict(line.partition("=")[::2] for line in config.get("Env") or ()),
        history=tuple(step.get("CreatedBy", "") for step in image.history()),
        trials=tuple(trials(client, image)),
        disk=disk(client, image),
    )


def with_contract(facts: Facts, bench: contract.Bench) -> Facts:
    """The facts, and how the contract's tasks ended on the image."""
    outcomes = {task: contract.run_task(bench, facts.reference, task) for task in contract.TASKS}
    return facts.model_copy(update={"contract": outcomes})


def trials(client: "docker.DockerClient", image: "Image") -> Iterator[Trial]:
    """Start the image as a task's pod, then with one freedom more until it works or none is left."""
    script = (INSIDE / "probe_start.py").read_text()
    options: dict[str, Any] = {}
    for conditions, freedom in TRIALS.items():
        options = {**options, **freedom}
        words = ["-c", script, ARGUMENT]
        done = trial(client, image, conditions, words if "entrypoint" in options else ["python", *words], options)
        yield done
        if done.works or (done.start and "ModuleNotFoundError" in done.start.worker):
            return


def trial(
    client: "docker.DockerClient", image: "Image", conditions: str, words: list[str], options: dict[str, Any]
) -> Trial:
    """Start the image once."""
    from docker.errors import APIError  # noqa: PLC0415  (see find)

    with pod.created(client, image, words, **{**pod.ALONE, **options}) as container:
        try:
            container.start()
        except APIError as refusal:
            return Trial(
                conditions=conditions, start=None, ended_well=False, said=pod.in_short(refusal.explanation or "")
            )
        said = told(container)
        found = read(said)
        return Trial(
            conditions=conditions,
            start=Start.model_validate(found) if found else None,
            ended_well=bool(found) and ends_well(container),
            said="" if found else said.strip()[-300:],
        )


def told(container: "Container") -> str:
    """What a container has said by the time it told its facts, ended, or was silent for too long."""
    end = time.monotonic() + SECONDS_TO_TELL
    while time.monotonic() < end:
        container.reload()
        said = container.logs().decode(errors="replace")
        if read(said) or container.status == "exited":
            return said
        time.sleep(0.2)
    return said


def read(said: str) -> dict[str, Any] | None:
    """The facts in what a script said, among whatever else was printed.

    Example:
        >>> read('Welcome!\\nFACTS:{"uid": 1}\\n')
        {'uid': 1}
    """
    line = ("\n" + said).partition(MARK)[2].partition("\n")
    return dict(json.loads(line[0])) if line[1] else None


def ends_well(container: "Container") -> bool:
    """Whether SIGTERM reaches the script, and its exit code comes back."""
    from docker.errors import APIError  # noqa: PLC0415  (see find)
    from requests.exceptions import ConnectionError, Timeout  # noqa: A004, PLC0415

    try:
        container.kill("SIGTERM")
        return bool(container.wait(timeout=SECONDS_TO_END)["StatusCode"] == ENDED_WELL)
    except (APIError, ConnectionError, Timeout):  # it has ended already, or does not
        return False


def disk(client: "docker.DockerClient", image: "Image") -> Disk | None:
    """What lies on the image's disk, read by its own Python as root; None where it has none."""
    script = (INSIDE / "probe_disk.py").read_text()
    for python in PYTHONS:
        end = pod.run(
            client, image, ["-c", script], entrypoint=[python], user="0:0", cap_add=["DAC_OVERRIDE"], tmpfs={}
        )
        if found := read(end.said):
            return Disk.model_validate(found)
    return None
