"""Which images have a package: what ``airflow-k8s images which`` answers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import Model, nearest
from airflow_k8s.images.manifest.model import Manifest, Package

KINDS = {"py": "python", "python": "python", "r": "r", "deb": "debian", "debian": "debian"}
QUERY = re.compile(r"(?:(?P<kind>\w+):)?(?P<name>[\w][\w.+-]*?)\s*(?P<versions>[<>=!~].*)?")


class Query(Model):
    """A package that somebody looks for."""

    text: str
    kind: str | None
    """python, r or debian; None: any of them."""
    name: str
    versions: str
    """A PEP 440 specifier; empty: any version."""


class Hit(Model):
    """A package of that name in an image."""

    kind: str
    name: str
    version: str
    environment: str | None = None
    """The isolated environment that it is in, if it is in one."""
    fits: bool
    """Whether its version is one of those asked for."""

    def works_in(self, environment: str | None) -> bool:
        """Whether it fits and can be used together with the Python packages of an environment."""
        return self.fits and (self.kind != "python" or self.environment == environment)


class Answer(Model):
    """What an image has of all that was asked for."""

    image: str
    reference: str
    found: Mapping[str, tuple[Hit, ...]]
    """By query, as it was typed."""

    @property
    def has_all(self) -> bool:
        """Whether it has each package in a version that was asked for; those of Python in one environment."""
        places = {hit.environment for hits in self.found.values() for hit in hits}
        return any(all(any(hit.works_in(place) for hit in hits) for hits in self.found.values()) for place in places)


def parse(text: str) -> Query:
    """Understand what was typed.

    Raises:
        UserError: it is not a name with an optional kind before and versions behind it.

    Example:
        >>> parse("r:dplyr >= 1.1")
        Query(text='r:dplyr >= 1.1', kind='r', name='dplyr', versions='>=1.1')
    """
    found = QUERY.fullmatch(text.strip())
    if not found or (found["kind"] and found["kind"].lower() not in KINDS):
        raise UserError(
            f"`{text}` names no package.",
            f"A package is a name, perhaps with {', '.join(dict.fromkeys(KINDS.values()))} and a colon before it.",
            'Write for example pandas, "pandas>=3", r:dplyr or debian:libpq5.',
        )
    versions = re.sub(r"(?<=\d)-(?=\d)", ".", found["versions"] or "")
    try:
        specifier = SpecifierSet(versions)
    except InvalidSpecifier as wrong:
        raise UserError(
            f"`{text}` asks for versions that nobody can compare.",
            f"`{versions}` is no version specifier.",
            'Write for example "pandas>=3", "pandas==3.1.*" or "pandas>=3,<4".',
        ) from wrong
    return Query(
        text=text,
        kind=KINDS[found["kind"].lower()] if found["kind"] else None,
        name=found["name"],
        versions=f"{specifier}",
    )


def answer(queries: Iterable[Query], manifest: Manifest) -> Answer:
    """What an image has of all that is asked for."""
    found = {query.text: tuple(_hits(query, manifest)) for query in queries}
    return Answer(image=manifest.name, reference=manifest.reference, found=found)


def explained(queries: Sequence[Query], manifests: Sequence[Manifest]) -> list[str]:
    """Why no image has all that is asked for, in sentences."""
    missing = [said for query in queries if (said := _missing(query, manifests))]
    return missing or [
        "No image has all of them together. "
        "`airflow-k8s images new NAME --from IMAGE` begins one that adds what IMAGE lacks."
    ]


def fits(version: str, versions: str, *, kind: str = "python") -> bool:
    """Whether a version is one of those asked for. Of R's and Debian's only the upstream numbers are compared.

    Example:
        >>> fits("3.1.1", ">=3"), fits("1.0-19", ">=1.0.9", kind="r"), fits("1:17.6-0+deb13u1", "<17", kind="debian")
        (True, True, False)
    """
    if kind != "python":
        numbers = re.match(r"\d+(?:[.-]\d+)*" if kind == "r" else r"\d+(?:\.\d+)*", re.sub(r"^\d+:", "", version))
        version = numbers[0].replace("-", ".") if numbers else "0"
    return SpecifierSet(versions).contains(version, prereleases=True)


def _hits(query: Query, manifest: Manifest) -> Iterator[Hit]:
    for kind, environment, packages in _shelves(manifest):
        for package in packages:
            if query.kind in (None, kind) and _key(package.name) == _key(query.name):
                yield Hit(
                    kind=kind,
                    name=package.name,
                    version=package.version,
                    environment=environment,
                    fits=fits(package.version, query.versions, kind=kind),
                )


def _missing(query: Query, manifests: Sequence[Manifest]) -> str:
    hits = [hit for manifest in manifests for hit in _hits(query, manifest)]
    if any(hit.fits for hit in hits):
        return ""
    if hits:
        return f"No image has {query.text}, only {', '.join(sorted({hit.version for hit in hits}))}."
    places = [(kind, packages) for one in manifests for kind, _, packages in _shelves(one)]
    names = {_key(one.name) for kind, packages in places if query.kind in (None, kind) for one in packages}
    return f"No image has {query.name}. {nearest(_key(query.name), sorted(names))}".strip()


def _shelves(manifest: Manifest) -> Iterator[tuple[str, str | None, Sequence[Package]]]:
    """Every place that packages are in: kind, isolated environment, packages."""
    yield "python", None, manifest.python
    yield from (("python", name, packages) for name, packages in manifest.environments.items())
    yield "r", None, manifest.r
    yield "debian", None, manifest.debian


def _key(name: str) -> str:
    """Names as all three kinds can be compared: Data.Table and data-table are one."""
    return canonicalize_name(name)
