"""Real images in a real engine.

A folder is an image: what lies in tests/images/<image>/ holds for that image and for all that are built on it, what
lies in tests/images/every/ for all. Of a folder, test_*.py runs here, and each file of units/ runs inside the image
(every/test_units.py); inside/ holds what a test takes along. Nothing is registered, and the parameter is the image:
`pytest tests/images -k r-data`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import pytest
from packaging.requirements import Requirement

from airflow_k8s.images import catalogue, contract, engine, pod
from airflow_k8s.images.build import Built, build_all
from airflow_k8s.images.supply import bill, sbom

REGISTRY = "localhost:5001"
HERE = Path(__file__).parent
EVERY = "every"
"""The folder of what holds for every image."""

collect_ignore_glob = ["*/units/*", "*/inside/*"]


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
    if "unit" in metafunc.fixturenames:
        metafunc.parametrize(("running", "unit"), units(), indirect=["running"], scope="session")
    elif "environment" in metafunc.fixturenames:
        metafunc.parametrize(("running", "environment"), environments(), indirect=["running"], scope="session")
    elif "running" in metafunc.fixturenames:
        folder = metafunc.definition.path.parent.name
        metafunc.parametrize("running", images_for(folder), indirect=True, scope="session")


def images_for(folder: str) -> list[str]:
    """The image that a folder names and all that are built on it; every image for ``every``."""
    known = catalogue.load()
    if folder != EVERY:
        known.wanted((folder,))
    return [name for name in known.order() if not known.images[name].builder and folder in (*known.line(name), EVERY)]


def units() -> list[Any]:
    """Every file that is run inside images, with each image that it is run in."""
    files = ((file, file.parent.parent.name) for file in sorted(HERE.glob("*/units/*.*")))
    return [
        pytest.param(image, file, id=f"{image}-{folder}/{file.name}")
        for file, folder in files
        for image in images_for(folder)
    ]


def environments() -> list[Any]:
    """Every image with each isolated environment that it has, its own or its parent's."""
    known = catalogue.load().images
    pairs = (
        (image, name)
        for image in images_for(EVERY)
        for one in catalogue.load().line(image)
        for name in known[one].environments
    )
    return [pytest.param(*pair, id="-".join(pair)) for pair in pairs]


def wanted(image: str, file: str) -> list[str]:
    """Lines of a file of wishes (requirements.in, r.in …), an image's own and its parents', without comments."""
    files = (catalogue.CATALOGUE.parent / one / file for one in catalogue.load().line(image))
    lines = (line.split("#")[0].strip() for one in files if one.exists() for line in one.read_text().splitlines())
    return [line for line in lines if line]


def locked(image: str, file: str = "requirements.txt") -> dict[str, str]:
    """Versions by package of one of an image's own Python locks, as far as they hold for its Python on this machine."""
    path = catalogue.CATALOGUE.parent / image / file
    lines = path.read_text().splitlines() if path.exists() else []
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    python = catalogue.load().images["base"].releases["python"]
    here = {"python_version": python, "python_full_version": f"{python}.0"}
    return {
        pin.name: str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate(here)
    }


Billed = Callable[[str], set[tuple[str, str]]]
"""The names and versions that the bill of materials of an image has of a type: "deb", "pypi", "cran"."""


def pairs(lines: Iterable[str]) -> set[tuple[str, str]]:
    """Names and versions, spelt as a bill is compared with what is installed."""
    return {(spelt(name), version) for name, version in map(str.split, lines)}


def spelt(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.fixture
def billed(running: Running, reference: Callable[[str], str]) -> Billed:
    packages = bill.packages(sbom.read(reference(running.name)))
    return lambda kind: {(spelt(one.name), one.version) for one in packages if one.type == kind}


@pytest.fixture(scope="session")
def client() -> docker.DockerClient:
    return engine.client()


@pytest.fixture(scope="session")
def built(client: docker.DockerClient) -> dict[str, Built]:
    """Every image of the catalogue; what is not there yet is built, or pulled."""
    images = {image.name: image for image in build_all(REGISTRY)}
    for image in images.values():
        engine.fetch(f"{REGISTRY}/airflow-k8s/{image.name}:{image.tag}")
    return images


@pytest.fixture(scope="session")
def reference(built: dict[str, Built]) -> Callable[[str], str]:
    return lambda name: f"{REGISTRY}/airflow-k8s/{name}:{built[name].tag}"


@pytest.fixture(scope="session")
def running(
    request: pytest.FixtureRequest, client: docker.DockerClient, reference: Callable[[str], str]
) -> Iterator[Running]:
    image = client.images.get(reference(request.param))
    with started(client, image, entrypoint=["sleep", "3600"]) as container:
        yield Running(request.param, image, container, catalogue.load().images[request.param])


@pytest.fixture(scope="session")
def bench(client: docker.DockerClient, reference: Callable[[str], str]) -> Iterator[contract.Bench]:
    with contract.bench(client, reference("base"), reference("postgres")) as bench:
        yield bench
    mine = {"name": bench.name}
    left = client.containers.list(all=True, filters=mine), client.networks.list(filters=mine)
    assert (*left, client.volumes.list(filters=mine)) == ([], [], [])


@contextmanager
def started(client: docker.DockerClient, image: Any, **options: Any) -> Iterator[docker.models.containers.Container]:
    """A container, locked down but for what the options say, that is gone afterwards."""
    words = options.pop("command", None)
    with pod.created(client, image, words, **{**pod.ALONE, **options}) as container:
        container.start()
        yield container
