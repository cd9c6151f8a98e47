"""What lies between two images: what ``airflow-k8s images diff`` shows."""

from collections.abc import Iterator, Mapping

from airflow_k8s.images.catalogue import Model
from airflow_k8s.images.manifest.layers import steps
from airflow_k8s.images.manifest.model import Manifest


class Change(Model):
    """One thing that is not the same in both."""

    what: str
    """Where it was seen: Python, Python in NAME, R, Debian, label, or layer."""
    name: str
    before: str | None
    """None: it was not there."""
    after: str | None
    """None: it is gone."""

    @property
    def how(self) -> str:
        """added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


class Difference(Model):
    """All that is not the same in two images."""

    before: str
    """Reference."""
    after: str
    size: tuple[int, int]
    """Bytes, before and after."""
    packages: tuple[Change, ...]
    labels: tuple[Change, ...]
    layers: tuple[Change, ...]
    """Steps by image and phrase, with their bytes."""


def compare(before: Manifest, after: Manifest) -> Difference:
    """What changed from one image to another."""
    return Difference(
        before=before.reference,
        after=after.reference,
        size=(before.size, after.size),
        packages=tuple(_changes(_packages(before), _packages(after))),
        labels=tuple(_changes(_labels(before), _labels(after))),
        layers=tuple(_changes(_layers(before), _layers(after))),
    )


def _changes(before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> Iterator[Change]:
    """In the order of the second image; what is gone comes last.

    Example:
        >>> [(one.name, one.how) for one in _changes({("R", "a"): "1"}, {("R", "b"): "1"})]
        [('b', 'added'), ('a', 'removed')]
    """
    for what, name in dict.fromkeys([*after, *before]):
        was, is_now = before.get((what, name)), after.get((what, name))
        if was != is_now:
            yield Change(what=what, name=name, before=was, after=is_now)


def _packages(manifest: Manifest) -> dict[tuple[str, str], str]:
    shelves = {"Python": manifest.python, "R": manifest.r, "Debian": manifest.debian}
    shelves |= {f"Python in {name}": packages for name, packages in manifest.environments.items()}
    return {(what, package.name): package.version for what, packages in shelves.items() for package in packages}


def _labels(manifest: Manifest) -> dict[tuple[str, str], str]:
    return {("label", name): value for name, value in sorted(manifest.labels.items())}


def _layers(manifest: Manifest) -> dict[tuple[str, str], str]:
    return {("layer", f"{image}: {step}"): str(size) for (image, step), size in steps(manifest.layers).items()}
