"""Locks of Debian packages: real apt, on an archive of a few packages that exist only here."""

import tarfile
from collections.abc import Iterator
from io import BytesIO

import pytest

from airflow_k8s.cluster import osimage
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine
from airflow_k8s.images.catalogue import load, parse
from airflow_k8s.images.lock import Checkout
from airflow_k8s.images.lock.debian import Lists, read
from airflow_k8s.images.lock.renew import debian_lock
from airflow_k8s.images.lock.texts import debian_versions

SOURCES = "deb [trusted=yes] file:/archive trixie main"
RELEASE = (
    "Date: Fri, 20 Nov 2026 08:15:00 UTC\nSuite: trixie\nCodename: trixie\n"
    "Architectures: amd64 arm64\nComponents: main\n"
)
BOTH = ("amd64", "arm64")
PACKAGES = [
    ("libc6", "2.41-12", "", BOTH),
    ("dpkg", "1.22", "libc6", BOTH),
    ("apt", "3.0", "libc6", BOTH),
    ("tini", "0.19-1", "libc6", BOTH),
    ("r-base-core", "4.5.0-3", "libblas3, libc6", BOTH),
    ("libblas3", "3.12-4", "", BOTH),
    ("libquadmath0", "14.2-19", "", ("amd64",)),
    ("r-cran-sf", "1.0-19-1", "r-base-core, libquadmath0", ("amd64",)),
    ("r-cran-sf", "1.0-19-1+b1", "r-base-core", ("arm64",)),
    ("r-cran-dbi", "1.2.3-1", "r-base-core", BOTH),
    ("r-cran-needs-new", "1.0", "tini (>= 0.20)", BOTH),
]
"""Name, version, what it needs, and for which architectures."""


def index(architecture: str) -> str:
    """An archive's Packages file."""
    about = (
        "Package: {}\nVersion: {}\nDepends: {}\nArchitecture: {}\nPriority: {}\nFilename: x.deb\nSize: 1\nSHA256: {}\n"
    )
    essential = "Essential: yes\n"
    return "\n".join(
        about.format(name, version, needs, architecture, "required" if name in MINBASE else "optional", "0" * 64)
        + essential * (name == "dpkg")
        for name, version, needs, architectures in PACKAGES
        if architecture in architectures
    ).replace("Depends: \n", "")


MINBASE = ("libc6", "dpkg", "apt")


def archive() -> bytes:
    """The archive as a tar file."""
    files = {"Release": RELEASE, **{f"main/binary-{each}/Packages": index(each) for each in BOTH}}
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"archive/dists/trixie/{path}")
            entry.size = len(text)
            tar.addfile(entry, BytesIO(text.encode()))
    return packed.getvalue()


@pytest.fixture(scope="module")
def lists() -> Iterator[Lists]:
    image = osimage.ensure(load().debian)
    container = engine.client().containers.run(image, ["sleep", "600"], detach=True, init=True, network_mode="none")
    try:
        container.put_archive("/", archive())
        yield read(container, SOURCES)
    finally:
        container.remove(force=True)


IMAGE = {"purpose": "p", "owner": "o", "budget": {"size": 1}}
HEAD = "# Debian trixie, lists of 2026-11-20T08:15Z. Written by `airflow-k8s images lock`.\n"


def locked(tmp_path, lists: Lists, name: str, *, upgrade: bool = False, **files: str) -> str:
    """The text of an image's lock, in a checkout of these files."""
    for path, text in {"base/debian.in": "tini\n", "base/debian.txt": f"{HEAD}tini=0.19-1\n", **files}.items():
        file = tmp_path / "images" / path
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
    images = {
        "base": {**IMAGE, "releases": {"r": "4.5"}},
        "r-data": {**IMAGE, "parent": "base", "releases": {"r": "4.5"}},
    }
    return debian_lock(
        Checkout(parse({"debian": "trixie", "images": images}), "3.3.2", tmp_path), lists, name, upgrade=upgrade
    )


def test_a_lock_names_the_date_of_the_lists_and_leaves_out_what_minbase_has(tmp_path, lists) -> None:
    assert locked(tmp_path, lists, "base", **{"base/debian.txt": ""}) == f"{HEAD}tini=0.19-1\n"


def test_what_minbase_has_is_locked_where_it_is_wished_for(tmp_path, lists) -> None:
    wish = {"base/debian.in": "apt\n", "base/debian.txt": ""}
    assert debian_versions(locked(tmp_path, lists, "base", **wish)) == {"apt": {"amd64": "3.0", "arm64": "3.0"}}


def test_a_child_has_the_closure_less_its_parents_and_lines_for_each_architecture_that_differs(tmp_path, lists) -> None:
    wish = {"r-data/r.in": "sf\n", "r-data/debian.in": "r-base-core=${R_RELEASE}.*\n"}
    assert locked(tmp_path, lists, "r-data", **wish) == (
        f"{HEAD}libblas3=3.12-4\nlibquadmath0=14.2-19 [amd64]\nr-base-core=4.5.0-3\n"
        "r-cran-sf=1.0-19-1 [amd64]\nr-cran-sf=1.0-19-1+b1 [arm64]\n"
    )


def test_the_date_stays_as_long_as_no_package_moves(tmp_path, lists) -> None:
    old = HEAD.replace("2026", "2025") + "tini=0.19-1\n"
    assert locked(tmp_path, lists, "base", **{"base/debian.txt": old}) == old


def test_what_the_mirror_no_longer_has_moves(tmp_path, lists) -> None:
    assert locked(tmp_path, lists, "base", **{"base/debian.txt": f"{HEAD}tini=0.18-1\n"}) == f"{HEAD}tini=0.19-1\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"r-data/r.in": "DBY\n"}, r"images/r-data wants `DBY`. Debian trixie has no package r-cran-dby.*`dbi`"),
        ({"r-data/debian.in": "tiny\n"}, r"images/r-data wants `tiny`.*Did you mean `tini`"),
        ({"r-data/debian.in": "r-base-core=4.6.*\n"}, r"do not fit together. apt said:(.|\n)*r-base-core"),
        ({"r-data/r.in": "needs-new\n"}, r"do not fit together. apt said:(.|\n)*tini"),
        (
            {"r-data/r.in": "DBI\n", "base/debian.txt": f"{HEAD}tini=0.18-1\n"},
            r"r-data would move Debian packages of base: tini \(0.18-1 → 0.19-1\).*images lock base",
        ),
    ],
)
def test_what_cannot_be_locked_is_told_with_names(tmp_path, lists, files: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        locked(tmp_path, lists, "r-data", **files)
