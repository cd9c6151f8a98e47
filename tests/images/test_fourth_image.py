"""A team's own image, from nothing to a verdict, by the commands of docs/adding-an-image.md alone."""

import json
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from airflow_k8s.images import overlay
from airflow_k8s.images.engine import client
from airflow_k8s.paths import DIST
from tests.checkout import Checkout, copied
from tests.images.conftest import REGISTRY


@pytest.fixture(scope="module")
def checkout(built: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A copy of this checkout with the image `tiny`, locked from the network and built; gone afterwards."""
    made = copied(tmp_path_factory.mktemp("checkout"))
    (made.root / "dist").mkdir()
    (DIST / "manifests").mkdir(parents=True, exist_ok=True)  # reading an image takes long, the first time
    (made.root / "dist" / "manifests").symlink_to(DIST / "manifests")
    made.run("images", "new", "tiny", "--from", "base", "--python", "humanize", "--owner", "logistics")
    rows = json.loads(made.run("images", "build", "--json"))
    assert [row["name"] for row in rows if row["built"]] == ["tiny"]
    yield made
    client().images.remove(image(made)["repository"] + ":" + image(made)["tag"], force=True)


def image(checkout: Checkout) -> dict[str, Any]:
    return overlay.read(checkout.root / "dist" / "images.yaml")["tiny"]


def test_the_chart_is_told_of_it(checkout: Checkout) -> None:
    assert image(checkout)["repository"] == f"{REGISTRY}/airflow-k8s/tiny"
    assert image(checkout)["purpose"] == "What base has, and humanize."


def test_its_lock_has_what_it_adds_and_nothing_else(checkout: Checkout) -> None:
    lock = (checkout.root / "images" / "tiny" / "requirements.txt").read_text()
    assert [line.split("==")[0] for line in lock.splitlines() if "==" in line] == ["humanize"]
    assert "--hash=sha256:" in lock


def test_its_layers_lie_on_those_of_its_parent(checkout: Checkout, client: docker.DockerClient, reference: Any) -> None:
    own, parents = (client.images.get(name).attrs["RootFS"]["Layers"] for name in (tag(checkout), reference("base")))
    assert own[: len(parents)] == parents
    assert client.images.get(tag(checkout)).labels["org.opencontainers.image.vendor"] == "logistics"


def tag(checkout: Checkout) -> str:
    return f"{REGISTRY}/airflow-k8s/tiny:{image(checkout)['tag']}"


def test_its_units_pass_and_its_parents_tests_run_on_it(checkout: Checkout) -> None:
    said = checkout.python("-m", "pytest", "tests/images", "-q", "-k", "tiny and (a_unit or weighs or airflow_runs)")
    assert " passed" in said
    assert "failed" not in said


def test_a_task_runs_on_it(checkout: Checkout) -> None:
    checkout.run("images", "check", "tiny")


def test_it_is_found_by_what_it_has(checkout: Checkout) -> None:
    assert "tiny" in checkout.run("images", "which", "humanize", "--json")


def test_the_page_of_images_has_it(checkout: Checkout) -> None:
    checkout.run("images", "page")
    assert "tiny" in (checkout.root / "docs" / "images.md").read_text()
