"""dist/images.yaml: the values overlay that tells the chart which images there are."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from airflow_k8s.images.catalogue import Catalogue, Image
from airflow_k8s.images.plan import Planned
from airflow_k8s.paths import OVERLAY

HEAD = "# Written by `airflow-k8s images build`: helm upgrade --install -f dist/images.yaml. Do not edit.\n"


def update(catalogue: Catalogue, planned: Iterable[Planned], registry: str, path: Path = OVERLAY) -> None:
    """Set the entries of these images; others stay as long as the catalogue has them.

    A digest stays while repository and tag do. The file is replaced at once or not at all, and left alone when
    nothing in it changes.
    """
    before = read(path)
    entries = {name: entry for name, entry in before.items() if name in catalogue.images}
    for image in planned:
        new = describe(image, catalogue.images[image.name], registry)
        entries[image.name] = _with_digest(new, before.get(image.name, {}))
    write(entries, path)


def add_digests(digests: Mapping[str, str], path: Path = OVERLAY) -> None:
    """Record the digests that a registry knows the images by.

    Args:
        digests: by image name, "sha256:…".
        path: the overlay.
    """
    entries = read(path)
    write({name: {**entry, **_digest(digests.get(name))} for name, entry in entries.items()}, path)


def describe(planned: Planned, image: Image, registry: str) -> dict[str, Any]:
    """An image as the chart's values want it."""
    entry: dict[str, Any] = {"repository": planned.repository(registry), "tag": planned.tag}
    entry |= {"tasks": image.tasks, "purpose": image.purpose, "cpu": image.cpu, "memory": image.memory}
    return {key: value for key, value in entry.items() if value is not None}


def read(path: Path = OVERLAY) -> dict[str, dict[str, Any]]:
    """The entries of an overlay; none where there is no such file."""
    content = yaml.safe_load(path.read_text()) if path.exists() else None
    return dict((content or {}).get("images") or {})


def write(entries: Mapping[str, Mapping[str, Any]], path: Path = OVERLAY) -> None:
    """Write an overlay, sorted; not at all when it says so already."""
    images = {name: dict(entry) for name, entry in entries.items()}
    text = HEAD + yaml.safe_dump({"images": images}, sort_keys=True, allow_unicode=True, width=120)
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text)
    unfinished.replace(path)


def _with_digest(new: dict[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    same = all(new[key] == old.get(key) for key in ("repository", "tag"))
    return {**new, **_digest(old.get("digest") if same else None)}


def _digest(digest: str | None) -> dict[str, str]:
    return {"digest": digest} if digest else {}
