"""What earlier builds left goes, and nothing else: with a real engine, in a registry's name that only this test has."""

import io
import json
import secrets
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from click.testing import CliRunner

from airflow_k8s.images import overlay, pod
from airflow_k8s.images.commands import images
from airflow_k8s.images.plan import present
from tests.registries import free_port

SIZE = 50_000
OLD, OLDER, OLDEST = (f"3.3.2-{letter * 12}" for letter in "cba")

Make = Callable[..., str]


@pytest.fixture
def registry() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def make(client: docker.DockerClient, registry: str) -> Iterator[Make]:
    """Makes an image of one layer that no other has, in the place of one of ours, and returns its reference."""
    made: list[str] = []

    def of(name: str, tag: str, title: str = "airflow-k8s/{}", place: str = registry) -> str:
        repository = f"{place}/airflow-k8s/{name}"
        label = f"LABEL org.opencontainers.image.title={title.format(name)}"
        client.api.import_image_from_data(layer(), repository=repository, tag=tag, changes=[label])
        made.append(f"{repository}:{tag}")
        return made[-1]

    yield of
    for reference in made:
        if there(client, reference):
            client.images.remove(reference, force=True)


def layer() -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        file = tarfile.TarInfo("content")
        file.size = SIZE
        tar.addfile(file, io.BytesIO(secrets.token_bytes(SIZE)))
    return archive.getvalue()


def there(client: docker.DockerClient, reference: str) -> bool:
    return bool(client.images.list(filters={"reference": reference}))


def prune(registry: str, *words: str) -> dict[str, object]:
    done = CliRunner().invoke(images, ["prune", "--registry", registry, "--json", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.fixture(autouse=True)
def no_overlay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the chart's overlay lies for a test: there is none."""
    path = tmp_path / "images.yaml"
    monkeypatch.setattr(overlay.read, "__defaults__", (path,))
    return path


def test_a_dry_run_tells_what_would_go_and_what_that_frees_and_removes_nothing(
    client: docker.DockerClient, make: Make, registry: str
) -> None:
    oldest, older, old = make("base", OLDEST), make("base", OLDER), make("base", OLD)
    said = prune(registry, "--dry-run")
    assert said == {"tags": [oldest, older], "freed": 2 * SIZE}
    assert all(there(client, one) for one in (oldest, older, old))


def test_what_nothing_needs_goes_and_all_else_stays(
    client: docker.DockerClient, make: Make, registry: str, no_overlay: Path
) -> None:
    tag = next(image.tag for image in present(("base",)) if image.name == "base")
    named, charts, goes = make("base", tag), make("base", "3.3.2-dddddddddddd"), make("base", OLDEST)
    by_hand, foreign = make("base", "3.3.2-20261122"), make("base", OLDER, title="somebody-s")
    elsewhere = make("base", OLDEST, place=f"{registry}0")
    overlay.write({"base": {"repository": charts.rpartition(":")[0], "tag": charts.rpartition(":")[2]}}, no_overlay)
    used, newest = make("geo", OLDER), make("base", OLD)
    with pod.created(client, used, ["true"]):
        make("geo", OLD)
        assert prune(registry) == {"tags": [goes], "freed": SIZE}
    assert not there(client, goes)
    assert all(there(client, one) for one in (named, charts, by_hand, foreign, elsewhere, used, newest))


def test_an_image_with_a_name_of_a_persons_loses_its_tag_and_keeps_its_layers(
    client: docker.DockerClient, make: Make, registry: str
) -> None:
    oldest = make("base", OLDEST)
    client.images.get(oldest).tag(f"{registry}/airflow-k8s/base", "3.3.2")
    make("base", OLD)
    assert prune(registry) == {"tags": [oldest], "freed": 0}
    assert there(client, f"{registry}/airflow-k8s/base:3.3.2")
    client.images.remove(f"{registry}/airflow-k8s/base:3.3.2")
