"""What images cost is measured as registries and pods pay for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from airflow_k8s.cluster import osimage
from airflow_k8s.images import engine, layers, pod
from airflow_k8s.images.bench import SCRIPT, SECONDS_TO_START, cpu_seconds_to_start
from airflow_k8s.images.catalogue import load
from tests.registries import served


@pytest.fixture
def pushed(client: docker.DockerClient, tmp_path: Path) -> Iterator[str]:
    """Debian itself, in a registry of this test's own."""
    with served(tmp_path) as registry:
        repository = f"{registry}/airflow-k8s/debian"
        client.images.get(osimage.ensure(load().debian)).tag(repository, "1")
        engine.push(repository, "1")
        yield f"{repository}:1"
        client.images.remove(f"{repository}:1")


def test_layers_that_are_not_pushed_weigh_what_a_registry_would_say(
    pushed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "KNOWN", tmp_path / "known.json")
    size, by = layers.compressed(pushed)
    assert by == "registry"
    monkeypatch.setattr(layers, "in_registry", lambda _: None)
    assert layers.compressed(pushed) == (pytest.approx(size, rel=0.05), "engine")


def test_a_start_costs_what_python_has_to_do(client: docker.DockerClient, reference: Callable[[str], str]) -> None:
    """Not held against the clock, which is `make bench`'s to do: what it measures grows with the work."""
    with_bytecode = cpu_seconds_to_start(reference("base"), runs=3)
    elsewhere = {"PYTHONPYCACHEPREFIX": "/tmp/none"}
    end = pod.run(client, reference("base"), ["python", "-c", SCRIPT], environment=elsewhere, seconds=SECONDS_TO_START)
    assert float(end.said) > 1.5 * with_bytecode.median
