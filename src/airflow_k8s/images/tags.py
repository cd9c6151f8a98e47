"""Tags that come from content alone: the same inputs give the same tag on any machine, git or not."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

DIGITS = 12


@dataclass(frozen=True, order=True)
class File:
    """A file as a build sees it: neither its time nor its owner nor the umask it was made under counts.

    Args:
        path: relative to the build context, with ``/``.
        content: its bytes.
        executable: whether its owner may run it.
    """

    path: str
    content: bytes
    executable: bool = False


def content_tag(
    version: str,
    files: Iterable[File],
    *,
    parent: str,
    args: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """The tag of an image: its version and a hash of everything that the build can see.

    Args:
        version: what the tag starts with, "3.3.2".
        files: the build context.
        parent: name and tag of the parent, without a registry: where an image lies does not change it.
        args: build arguments.
        labels: labels set by the build.

    Example:
        >>> content_tag("3.3.2", [File("Dockerfile", b"FROM base")], parent="debian:trixie-slim")
        '3.3.2-b6d2c181296b'
    """
    inputs = {
        "args": dict(args or {}),
        "files": [[file.path, file.executable, sha256(file.content).hexdigest()] for file in sorted(files)],
        "labels": dict(labels or {}),
        "parent": parent,
    }
    digest = sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return f"{version}-{digest[:DIGITS]}"


def further_tags(tag: str, *, airflow: bool, date: str | None) -> list[str]:
    """The tags that people ask for beside the content tag; they move, so no pod is ever started by one.

    Args:
        tag: the content tag.
        airflow: whether to name the version alone.
        date: the day, to name the version and that.

    Example:
        >>> further_tags("3.3.2-b6d2c181296b", airflow=True, date="20261122")
        ['3.3.2', '3.3.2-20261122']
    """
    version = tag.rpartition("-")[0]
    return ([version] if airflow else []) + ([f"{version}-{date}"] if date else [])
