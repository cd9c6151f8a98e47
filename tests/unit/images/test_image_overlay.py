"""dist/images.yaml, which tells the chart what images there are."""

from pathlib import Path

import pytest
import yaml

from airflow_k8s.images import overlay
from airflow_k8s.images.catalogue import parse
from airflow_k8s.images.plan import Planned

ABOUT = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}}
CATALOGUE = parse(
    {
        "debian": "trixie",
        "images": {"r-data": {**ABOUT, "cpu": 1, "memory": "2Gi"}, "postgres": {**ABOUT, "tasks": False}},
    }
)
REGISTRY = "localhost:5001"
DIGEST = "sha256:" + "0" * 64


def planned(name: str, tag: str = "3.3.2-0123456789ab") -> Planned:
    return Planned(name, tag, parent="base:1", args={}, labels={}, files=())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dist" / "images.yaml"


def test_an_image_is_told_as_the_chart_wants_it(path: Path) -> None:
    overlay.update(CATALOGUE, [planned("r-data"), planned("postgres")], REGISTRY, path)
    assert yaml.safe_load(path.read_text()) == {
        "images": {
            "postgres": {
                "repository": "localhost:5001/airflow-k8s/postgres",
                "tag": "3.3.2-0123456789ab",
                "tasks": False,
                "purpose": "An example.",
            },
            "r-data": {
                "repository": "localhost:5001/airflow-k8s/r-data",
                "tag": "3.3.2-0123456789ab",
                "tasks": True,
                "purpose": "An example.",
                "cpu": 1,
                "memory": "2Gi",
            },
        }
    }


def test_the_same_again_leaves_the_file_alone(path: Path) -> None:
    overlay.update(CATALOGUE, [planned("r-data")], REGISTRY, path)
    before = path.stat()
    overlay.update(CATALOGUE, [planned("r-data")], REGISTRY, path)
    assert path.stat() == before


def test_an_image_that_was_not_built_now_stays(path: Path) -> None:
    overlay.update(CATALOGUE, [planned("r-data"), planned("postgres")], REGISTRY, path)
    overlay.update(CATALOGUE, [planned("r-data", "new")], REGISTRY, path)
    assert {name: entry["tag"] for name, entry in overlay.read(path).items()} == {
        "postgres": "3.3.2-0123456789ab",
        "r-data": "new",
    }


def test_an_image_that_left_the_catalogue_goes(path: Path) -> None:
    overlay.write({"old": {"tag": "1"}}, path)
    overlay.update(CATALOGUE, [planned("r-data")], REGISTRY, path)
    assert list(overlay.read(path)) == ["r-data"]


@pytest.mark.parametrize(
    ("tag", "registry", "digest"),
    [
        ("3.3.2-0123456789ab", REGISTRY, DIGEST),
        ("3.3.2-ba9876543210", REGISTRY, None),
        ("3.3.2-0123456789ab", "registry.example.com", None),
    ],
    ids=["the same image", "another tag", "another registry"],
)
def test_a_digest_stays_with_what_it_names(path: Path, tag: str, registry: str, digest: str | None) -> None:
    overlay.update(CATALOGUE, [planned("r-data")], REGISTRY, path)
    overlay.add_digests({"r-data": DIGEST}, path)
    overlay.update(CATALOGUE, [planned("r-data", tag)], registry, path)
    assert overlay.read(path)["r-data"].get("digest") == digest


def test_no_unfinished_file_is_left(path: Path) -> None:
    overlay.update(CATALOGUE, [planned("r-data")], REGISTRY, path)
    assert [file.name for file in path.parent.iterdir()] == ["images.yaml"]
