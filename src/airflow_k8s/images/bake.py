"""A bake file: the whole catalogue as `docker buildx bake` takes it, for CI systems that build by that."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from airflow_k8s.images import buildx, context
from airflow_k8s.images.plan import FOLDER, Planned, present

REGISTRY = "REGISTRY"
"""The variable of the bake file that says where the images go."""


def write_all(file: Path, registry: str, names: tuple[str, ...] = (), platforms: tuple[str, ...] = ()) -> None:
    """Write a bake file, and the contexts that it names beside it.

    Args:
        file: the bake file; contexts lie in bake/ beside it, and are named relative to the present directory,
            where `docker buildx bake` is to be run.
        registry: where images go unless the variable REGISTRY says otherwise.
        names: images of the catalogue with their parents; none means all.
        platforms: what to build for; none: whatever the builder builds for.

    Raises:
        UserError: there is no such image.
    """
    planned = present(names)
    folder = file.parent / "bake"
    shutil.rmtree(folder, ignore_errors=True)
    for image in planned:
        context.write(image.files, folder / image.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = describe(planned, registry, os.path.relpath(folder), platforms)
    file.write_text(json.dumps(content, indent=2) + "\n")


def describe(planned: Sequence[Planned], registry: str, folder: str, platforms: Iterable[str]) -> dict[str, Any]:
    """What a bake file says.

    Source: https://docs.docker.com/build/bake/reference/

    Example:
        >>> base = Planned("base", "3.3.2-abc", "debian:trixie-slim", {}, {}, ())
        >>> described = describe([base], "localhost:5001", "dist/bake", [])
        >>> described["group"], described["target"]["base"]["tags"]
        ({'default': {'targets': ['base']}}, ['${REGISTRY}/airflow-k8s/base:3.3.2-abc'])
    """
    return {
        "variable": {REGISTRY: {"default": registry}},
        "group": {"default": {"targets": [image.name for image in planned if not image.builder]}},
        "target": {image.name: _target(image, folder, list(platforms)) for image in planned},
    }


def _target(image: Planned, folder: str, platforms: list[str]) -> Mapping[str, Any]:
    """One image. An image that it is built from stands under its name, and bake puts what it has built in its place."""
    ours = dict(zip(image.ours(), image.needs(), strict=True))
    return {
        "context": f"{folder}/{image.name}",
        "contexts": {name: f"target:{name}" for name in ours.values()},
        "args": {"PARENT": image.parent, **ours, **image.args},
        "labels": {name: literal(text) for name, text in image.labels.items()},
        "secret": buildx.secrets(buildx.Host(settings="as the variable says")),
        "tags": [f"${{{REGISTRY}}}/{FOLDER}/{image.name}:{image.tag}"],
        **({"platforms": platforms} if platforms else {}),
    }


def literal(text: str) -> str:
    """A text that bake takes as it is: in its strings ${…} and %{…} are programs.

    Example:
        >>> literal("costs ${HOME}, 100%{x}")
        'costs $${HOME}, 100%%{x}'
    """
    return text.replace("${", "$${").replace("%{", "%%{")
