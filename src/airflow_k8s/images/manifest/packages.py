"""Read out of an image's files which packages it has: pure functions from paths and texts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.metadata import parse_email
from packaging.utils import canonicalize_name

from airflow_k8s.images.manifest import licences
from airflow_k8s.images.manifest.model import Contents, DebianPackage, Package

PYTHON = re.compile(
    r"(?P<prefix>.*)/lib/python(?P<release>[\d.]+)/(?:site|dist)-packages/[^/]+\.(?:dist-info/METADATA|egg-info(?:/PKG-INFO)?)"
)
R = re.compile(r".*/R/(?:site-)?library/[^/]+/DESCRIPTION")
DPKG = "/var/lib/dpkg/status"
COPYRIGHT = "/usr/share/doc/{}/copyright"
ISOLATED = "/opt/venvs/"
FIELD = re.compile(r"^([^\s:#][^\s:]*):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)


def contents(files: Mapping[str, str], search_path: Sequence[str]) -> Contents:
    """What an image has.

    Args:
        files: texts by path.
        search_path: the folders of PATH, first the one that is asked first.
    """
    environments, r = python(files), r_packages(files)
    main = first_on(search_path, list(environments))
    others = {prefix.removeprefix(ISOLATED): found for prefix, (_, found) in environments.items() if prefix != main}
    release, packages = environments[main] if main else ("", ())
    base = [package.version for package in r if package.name == "base"]
    releases = {"python": release, "r": "".join(base)}
    return Contents(
        releases={language: release for language, release in releases.items() if release},
        python=packages,
        environments=others,
        r=r,
        debian=debian(files),
    )


def first_on(search_path: Sequence[str], prefixes: Sequence[str]) -> str | None:
    """The environment whose ``bin`` comes first on PATH.

    Example:
        >>> first_on(["/opt/airflow/venv/bin", "/usr/bin"], ["/usr", "/opt/airflow/venv"])
        '/opt/airflow/venv'
    """
    return next((prefix for folder in search_path for prefix in prefixes if folder == f"{prefix}/bin"), None)


def python(files: Mapping[str, str]) -> dict[str, tuple[str, tuple[Package, ...]]]:
    """Python's release and the distributions of every environment, by its path. What others carry along is left out.

    Example:
        >>> python({"/v/lib/python3.13/site-packages/a-1.dist-info/METADATA": "Name: A_b\\nVersion: 1\\n"})
        {'/v': ('3.13', (Package(name='a-b', version='1', licence=''),))}
    """
    found = [(place, text) for path, text in sorted(files.items()) if (place := PYTHON.fullmatch(path))]
    return {
        prefix: (
            max((place["release"] for place, _ in found if place["prefix"] == prefix), key=len),
            _sorted([one for place, text in found if place["prefix"] == prefix for one in _distribution(text)]),
        )
        for prefix in sorted({place["prefix"] for place, _ in found})
    }


def r_packages(files: Mapping[str, str]) -> tuple[Package, ...]:
    """Installed R packages. Of several libraries that have one, the site's comes first, as R itself looks.

    Example:
        >>> r_packages({"/usr/lib/R/library/sf/DESCRIPTION": "Package: sf\\nVersion: 1.0-19\\nLicense: GPL-2 | MIT\\n"})
        (Package(name='sf', version='1.0-19', licence='GPL-2.0-only OR MIT'),)
    """
    found = [fields(text) for path, text in sorted(files.items()) if R.fullmatch(path)]
    return _sorted(
        [
            Package(name=one["Package"], version=one["Version"], licence=licences.of_r(one.get("License", "")))
            for one in found
            if {"Package", "Version"} <= one.keys()
        ]
    )


def debian(files: Mapping[str, str]) -> tuple[DebianPackage, ...]:
    """Installed Debian packages, with source and licence."""
    status = [text for path, text in files.items() if path == DPKG or path.startswith(f"{DPKG}.d/")]
    stanzas = (fields(stanza) for text in status for stanza in text.split("\n\n"))
    return tuple(sorted((package for one in stanzas for package in _debian(one, files)), key=lambda one: one.name))


def fields(text: str) -> dict[str, str]:
    """Fields as Debian and R write them down, ``Name: value`` with indented lines after it; the first of a name counts.

    Example:
        >>> fields("Package: a\\nVersion: 1\\n")["Version"]
        '1'
    """
    return dict(reversed(FIELD.findall(text)))


def _distribution(text: str) -> Iterator[Package]:
    metadata, _ = parse_email(text)
    if "name" in metadata and "version" in metadata:
        yield Package(
            name=canonicalize_name(metadata["name"]),
            version=metadata["version"],
            licence=licences.of_python(metadata),
        )


def _debian(one: Mapping[str, str], files: Mapping[str, str]) -> Iterator[DebianPackage]:
    # distroless images leave the status out
    if "Package" in one and one.get("Status", "install ok installed").endswith(" installed"):
        yield DebianPackage(
            name=one["Package"],
            version=one["Version"],
            source=one.get("Source", one["Package"]).partition(" ")[0],
            licence=licences.of_debian(files.get(COPYRIGHT.format(one["Package"]), "")),
        )


def _sorted(packages: Iterable[Package]) -> tuple[Package, ...]:
    """By name, once: the last of a name counts."""
    by_name = {package.name: package for package in packages}
    return tuple(by_name[name] for name in sorted(by_name, key=str.lower))
