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


@pytest.mark.parametrize("name", [name for name, image in load().images.items() if image.budget.start])
def test_a_start_takes_no_more_than_its_budget(name: str, reference: Callable[[str], str]) -> None:
    budget = load().images[name].budget.start
    assert budget
    assert cpu_seconds_to_start(reference(name), runs=3).median <= budget


def test_a_start_without_bytecode_breaks_the_budget(
    client: docker.DockerClient, reference: Callable[[str], str]
) -> None:
    elsewhere = {"PYTHONPYCACHEPREFIX": "/tmp/none"}
    end = pod.run(client, reference("base"), ["python", "-c", SCRIPT], environment=elsewhere, seconds=SECONDS_TO_START)
    assert float(end.said) > (load().images["base"].budget.start or 0)
