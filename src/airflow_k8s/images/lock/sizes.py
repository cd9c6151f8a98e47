"""How much a wish would download."""

import tomllib
from collections.abc import Collection, Iterable
from contextlib import suppress

from airflow_k8s.images.lock import uv
from airflow_k8s.images.lock.ground import Ground

PLATFORM = "x86_64-manylinux_2_40"
"""What uv calls the newest amd64 Linux that it knows; Debian 13 has glibc 2.41."""


def download(ground: Ground, wishes: Iterable[str], added: Collection[str]) -> float | None:
    """MB that an amd64 image downloads for what some wishes add; None where the index states no sizes.

    Args:
        ground: where they live.
        wishes: requirements.
        added: the packages that count.
    """
    options = ("--python-platform", PLATFORM)
    with suppress(uv.UnresolvedError):
        text = uv.resolve(
            wishes, ground.python, ground.above.values(), options=options, seconds=ground.seconds, form="pylock.toml"
        )
        return total(text, added)
    return None


def total(lock: str, added: Collection[str]) -> float | None:
    """MB of the files that a pylock.toml would have installed: a wheel each, or the sources where there is none.

    Source: https://packaging.python.org/en/latest/specifications/pylock-toml

    Example:
        >>> total('[[packages]]\\nname = "a"\\nwheels = [{size = 2000000}]\\n[[packages]]\\nname = "b"\\n', ["a"])
        2.0
    """
    packages = [package for package in tomllib.loads(lock).get("packages", []) if package["name"] in added]
    files = [(package.get("wheels") or [package.get("sdist") or {}])[0] for package in packages]
    if any("size" not in file for file in files):
        return None
    return float(sum(file["size"] for file in files)) / 1e6
