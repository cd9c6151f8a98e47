"""Builds that end well and builds that do not, with the smallest image there is to build."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import docker
import pytest

from airflow_k8s.cluster import osimage
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine, publish
from airflow_k8s.images.catalogue import load
from airflow_k8s.images.plan import Planned
from airflow_k8s.images.tags import File
from airflow_k8s.paths import LOGS
from tests.registries import served

REGISTRY = "localhost:5001"
SECONDS = 60


def image(instruction: str) -> Planned:
    dockerfile = f"ARG PARENT\nFROM ${{PARENT}}\n{instruction}\n"
    return Planned(
        "try-out", str(time.time_ns()), "", {}, {"made-by": "tests"}, (File("Dockerfile", dockerfile.encode()),)
    )


@pytest.fixture(scope="module")
def debian(client: docker.DockerClient) -> str:
    return osimage.ensure(load().debian)


@pytest.fixture
def small(client: docker.DockerClient, debian: str) -> Iterator[Planned]:
    """A built image, gone afterwards."""
    planned = image("RUN true")
    engine.build(planned, REGISTRY, debian)
    yield planned
    client.images.remove(planned.reference(REGISTRY), force=True)


def test_a_build_gives_the_image_its_name_and_labels(client: docker.DockerClient, small: Planned) -> None:
    assert engine.size(small.reference(REGISTRY))
    assert client.images.get(small.reference(REGISTRY)).labels["made-by"] == "tests"


def test_a_failing_build_says_what_it_said_and_leaves_no_image(debian: str) -> None:
    planned = image("RUN echo about to fail && apt-get updat")
    with pytest.raises(UserError) as error:
        engine.build(planned, REGISTRY, debian)
    assert "`try-out` could not be built" in error.value.what
    assert "Invalid operation updat" in error.value.why
    assert "dist/logs/image-try-out.log" in error.value.remedy
    assert engine.size(planned.reference(REGISTRY)) is None


def test_a_parent_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError) as error:
        engine.build(image("RUN true"), REGISTRY, "localhost:1/no-such:parent")
    assert "localhost:1/no-such:parent" in error.value.why


def test_an_interrupted_build_leaves_no_image_and_no_process(debian: str) -> None:
    planned = image("RUN echo asleep && sleep 50")
    script = (
        "from airflow_k8s.images import engine; from airflow_k8s.images.plan import Planned\n"
        f"from airflow_k8s.images.tags import File; engine.build({planned!r}, {REGISTRY!r}, {debian!r})"
    )
    log = LOGS / "image-try-out.log"
    log.unlink(missing_ok=True)
    build = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stderr=subprocess.DEVNULL)
    wait_until(lambda: log.exists() and "asleep\n" in log.read_text())
    os.killpg(build.pid, signal.SIGINT)
    assert build.wait(SECONDS) != 0
    with pytest.raises(ProcessLookupError):
        os.killpg(build.pid, 0)
    assert engine.size(planned.reference(REGISTRY)) is None


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("disk")) as address:
        yield address


def test_what_is_pushed_is_known_by_its_digest(client: docker.DockerClient, registry: str, debian: str) -> None:
    repository, tag = f"{registry}/airflow-k8s/try-out", "1"
    client.images.get(debian).tag(repository, tag)
    try:
        assert publish.digest(f"{repository}:{tag}") is None
        digest = engine.push(repository, tag)
        assert digest.startswith("sha256:")
        assert publish.digest(f"{repository}:{tag}") == digest
    finally:
        client.images.remove(f"{repository}:{tag}")


def test_a_registry_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match=r"The registry of localhost:1/x:1 does not answer"):
        publish.digest("localhost:1/x:1")


def test_nothing_can_be_pushed_to_a_registry_that_is_not_there(client: docker.DockerClient, debian: str) -> None:
    client.images.get(debian).tag("localhost:1/x", "1")
    try:
        with pytest.raises(UserError, match=r"localhost:1/x:1 cannot be pushed"):
            engine.push("localhost:1/x", "1")
    finally:
        client.images.remove("localhost:1/x:1")
