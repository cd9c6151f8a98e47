"""Real images in a real engine. A file test_<image>.py is run on that image and on all that are built on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import docker
import pytest

from airflow_k8s.cluster import engine
from airflow_k8s.images import catalogue
from airflow_k8s.images.build import Built, build_all

REGISTRY = "localhost:5001"
STRANGER = "123456:0"
"""A uid that no image knows, in the group that everything belongs to: what OpenShift gives a pod."""

# What a task's pod gets on the platform, and less: it has no network either.
LOCKED_DOWN: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "network_mode": "none",
    "read_only": True,
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/tmp": "mode=1777"},  # noqa: S108  (the container's, not ours)
    "user": STRANGER,
}


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    output: str


@dataclass(frozen=True)
class Running:
    """An image, running locked down, waiting for commands."""

    name: str
    image: docker.models.images.Image
    container: docker.models.containers.Container
    entry: catalogue.Image = field(repr=False)

    def run(self, *command: str, **environment: str) -> str:
        """Run a command, and return what it printed; the test fails unless the command succeeds."""
        said = self.try_to(*command, **environment)
        assert said.code == 0, said.output
        return said.output

    def try_to(self, *command: str, **environment: str) -> Said:
        code, output = self.container.exec_run(list(command), environment=environment)
        return Said(code, output.decode())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "running" in metafunc.fixturenames:
        metafunc.parametrize("running", images_for(metafunc.module.__name__), indirect=True, scope="session")


def images_for(module: str) -> list[str]:
    """The image that a test file names and all images that are built on it; of other files: every image."""
    known = catalogue.load()
    name = module.rsplit(".", 1)[-1].removeprefix("test_").replace("_", "-")
    return [image for image in known.order() if name not in known.images or name in known.line(image)]


@pytest.fixture(scope="session")
def client() -> docker.DockerClient:
    engine.ensure()
    return engine.client()


@pytest.fixture(scope="session")
def built(client: docker.DockerClient) -> dict[str, Built]:
    """Every image of the catalogue; what is not there yet is built."""
    return {image.name: image for image in build_all(REGISTRY)}


@pytest.fixture(scope="session")
def reference(built: dict[str, Built]) -> Callable[[str], str]:
    return lambda name: f"{REGISTRY}/airflow-k8s/{name}:{built[name].tag}"


@pytest.fixture(scope="session")
def running(
    request: pytest.FixtureRequest, client: docker.DockerClient, reference: Callable[[str], str]
) -> Iterator[Running]:
    image = client.images.get(reference(request.param))
    with started(client, image, entrypoint=["sleep", "3600"], **LOCKED_DOWN) as container:
        yield Running(request.param, image, container, catalogue.load().images[request.param])


@contextmanager
def started(client: docker.DockerClient, image: Any, **options: Any) -> Iterator[docker.models.containers.Container]:
    """A container that is gone afterwards."""
    container = client.containers.run(image, detach=True, **options)
    try:
        yield container
    finally:
        container.remove(force=True, v=True)
