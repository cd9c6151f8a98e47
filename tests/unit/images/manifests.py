"""Manifests for tests, of as little as they need."""

from datetime import UTC, datetime
from typing import Any

from airflow_k8s.images.manifest import DebianPackage, Manifest, Package


def manifest(name: str, **known: Any) -> Manifest:
    """An image that has nothing but what is given; packages as "name version" or "name version licence"."""
    kinds = {kind: tuple(map(package, known.pop(kind, ()))) for kind in ("python", "r")}
    debian = tuple(DebianPackage(source="x", **package(one).model_dump()) for one in known.pop("debian", ()))
    environments = {place: tuple(map(package, ones)) for place, ones in known.pop("environments", {}).items()}
    about = {"reference": f"localhost:5001/airflow-k8s/{name}:1", "image_id": "sha256:0", "size": 100_000_000}
    created = datetime(2026, 11, 22, tzinfo=UTC)
    return Manifest(name=name, created=created, debian=debian, environments=environments, **kinds, **(about | known))


def package(words: str) -> Package:
    name, version, *licence = words.split(" ", 2)
    return Package(name=name, version=version, licence="".join(licence))
