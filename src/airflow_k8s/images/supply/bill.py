"""Read a software bill of materials as syft writes it: which packages of which kind an image holds.

Sources: https://spdx.github.io/spdx-spec/v2.3, https://github.com/package-url/purl-spec
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

KINDS = {"pypi": "Python", "cran": "R", "deb": "Debian"}
"""How people call what a package URL begins with."""

ECOSYSTEMS = {
    "pypi": "PyPI",
    "cran": "CRAN",
    "deb": "Debian",
    "golang": "Go",
    "npm": "npm",
    "cargo": "crates.io",
    "maven": "Maven",
}
"""How OSV calls it (https://ossf.github.io/osv-schema/#defined-ecosystems)."""


@dataclass(frozen=True, order=True)
class Package:
    """A package of an image."""

    type: str
    """As its package URL begins: "pypi", "cran", "deb"."""
    name: str
    version: str
    source: str = ""
    """Of a Debian package, the source it was built from: what Debian's security team speaks of."""
    source_version: str = ""
    distribution: str = ""
    """Of a Debian package, the release: "debian-13"."""


def packages(spdx: Mapping[str, Any]) -> list[Package]:
    """The packages of an SPDX document, sorted, each once.

    Example:
        >>> url = {"referenceType": "purl", "referenceLocator": "pkg:pypi/pandas@3.1.1"}
        >>> packages({"packages": [{"name": "pandas", "externalRefs": [url]}]})
        [Package(type='pypi', name='pandas', version='3.1.1', source='', source_version='', distribution='')]
    """
    references = (reference for entry in spdx["packages"] for reference in entry.get("externalRefs", []))
    urls = {reference["referenceLocator"] for reference in references if reference["referenceType"] == "purl"}
    return sorted({package for package in map(parse, urls) if package.type != "oci"})


def parse(url: str) -> Package:
    """A package URL, taken apart.

    Example:
        >>> parse("pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13&upstream=openssl").source
        'openssl'
        >>> parse("pkg:deb/debian/login@1%3A4.16-7?upstream=shadow%401%3A4.17-2").source_version
        '1:4.17-2'
    """
    path, _, query = url.removeprefix("pkg:").partition("?")
    kind, _, rest = path.partition("/")
    name, _, version = rest.partition("@")
    said = {key: values[0] for key, values in parse_qs(query).items()}
    name, version = unquote(name.rsplit("/", 1)[-1] if kind == "deb" else name), unquote(version)
    if kind != "deb":
        return Package(kind, name, version)
    source, _, source_version = said.get("upstream", "").partition("@")
    return Package(kind, name, version, source or name, source_version or version, said.get("distro", ""))


def count(of: Iterable[Package]) -> dict[str, int]:
    """How many packages of each kind there are, those of our own kinds first.

    Example:
        >>> count([Package("deb", "libc6", "2.41"), Package("pypi", "pandas", "3.1.1")])
        {'Python': 1, 'R': 0, 'Debian': 1}
    """
    found = Counter(KINDS.get(package.type, package.type) for package in of)
    return {**{kind: found[kind] for kind in KINDS.values()}, **dict(sorted(found.items()))}
