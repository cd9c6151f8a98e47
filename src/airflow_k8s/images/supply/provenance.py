"""What an image was made from, as a SLSA provenance predicate: only what a checkout can be held against.

Source: https://slsa.dev/spec/v1.0/provenance
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from airflow_k8s import process
from airflow_k8s.images.plan import FOLDER, Planned
from airflow_k8s.paths import ROOT

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:airflow-k8s:image-build:v1"
BUILDER = "urn:airflow-k8s:images-build"
PARENT, CHECKOUT = "parent", "checkout"


@dataclass(frozen=True)
class Commit:
    """Where a checkout stands in git."""

    sha: str
    clean: bool
    """Whether every file is as the commit has it."""


def predicate(image: Planned, commit: Commit | None = None) -> dict[str, Any]:
    """The provenance of an image: its arguments, its parent, and the SHA-256 of every file that its build saw.

    Paths are those of the build context; nothing tells where on a machine the checkout lies.

    Args:
        image: what was built.
        commit: where the checkout stood; None where it is no git repository.

    Example:
        >>> image = Planned("base", "3.3.2-0a1b2c", "debian:trixie-slim", {"VERSION": "3.3.2"}, {}, ())
        >>> predicate(image)["buildDefinition"]["externalParameters"]["arguments"]
        {'VERSION': '3.3.2'}
    """
    materials: list[dict[str, Any]] = [{"name": PARENT, "uri": _package_url(image.parent)}]
    materials += [{"name": file.path, "digest": {"sha256": sha256(file.content).hexdigest()}} for file in image.files]
    if commit:
        clean = {"clean": commit.clean}
        materials.append({"name": CHECKOUT, "digest": {"gitCommit": commit.sha}, "annotations": clean})
    parameters = {"image": image.name, "tag": image.tag, "arguments": image.args, "labels": image.labels}
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": parameters,
            "resolvedDependencies": materials,
        },
        "runDetails": {"builder": {"id": BUILDER}},
    }


def differences(attested: Mapping[str, Any], image: Planned) -> list[str]:
    """What the provenance of an image says otherwise than this checkout; nothing where they agree.

    The commit does not count: the same content may stand in two commits.

    Example:
        >>> old = Planned("base", "3.3.2-0a1b2c", "debian:trixie-slim", {"VERSION": "3.3.2"}, {}, ())
        >>> new = Planned("base", "3.3.3-d4e5f6", "debian:trixie-slim", {"VERSION": "3.3.3"}, {}, ())
        >>> differences(predicate(old), new)
        ['arguments', 'tag']
    """
    return sorted(_changed(dict(_facts(attested)), dict(_facts(predicate(image)))))


def commit_of(checkout: Path = ROOT) -> Commit | None:
    """Where a checkout stands, or None where it is no git repository."""
    if not process.succeeds(["git", "-C", checkout, "rev-parse", "--verify", "HEAD"]):
        return None
    sha = process.run(["git", "-C", checkout, "rev-parse", "HEAD"]).strip()
    return Commit(sha, clean=not process.run(["git", "-C", checkout, "status", "--porcelain"]).strip())


def _package_url(parent: str) -> str:
    name, _, tag = parent.partition(":")
    ours = tag and not name.startswith("debian")
    return f"pkg:docker/{f'{FOLDER}/' if ours else ''}{name}@{tag}"


def _facts(provenance: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    definition = provenance.get("buildDefinition", {})
    yield "build type", definition.get("buildType")
    yield from definition.get("externalParameters", {}).items()
    for material in definition.get("resolvedDependencies", []):
        if material.get("name") != CHECKOUT:
            yield material.get("name"), material.get("uri") or material.get("digest")


def _changed(there: Mapping[str, Any], here: Mapping[str, Any]) -> set[str]:
    return {key for key in there.keys() | here.keys() if there.get(key) != here.get(key)}
