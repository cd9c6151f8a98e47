"""What an image's files say is installed."""

import pytest

from airflow_k8s.images.manifest.packages import contents

SITE = "/opt/airflow/venv/lib/python3.13/site-packages"
METADATA = "Metadata-Version: 2.4\nName: {}\nVersion: {}\nLicense-Expression: MIT\n\nA description: with a colon.\n"
DESCRIPTION = "Package: {}\nVersion: {}\nLicense: GPL-3\nDescription: Of\n  two lines.\n"
PATH = ["/opt/airflow/venv/bin", "/usr/local/bin", "/usr/bin"]


def names(packages) -> list[str]:
    return [f"{package.name} {package.version}" for package in packages]


def test_python_is_what_the_first_python_on_path_has() -> None:
    found = contents(
        {
            f"{SITE}/b.dist-info/METADATA": METADATA.format("B_b", "2"),
            f"{SITE}/a.dist-info/METADATA": METADATA.format("a", "1"),
            "/usr/lib/python3/dist-packages/c.egg-info/PKG-INFO": METADATA.format("c", "3"),
            "/opt/venvs/old/lib/python3.13/site-packages/a.dist-info/METADATA": METADATA.format("a", "0.1"),
        },
        PATH,
    )
    assert names(found.python) == ["a 1", "b-b 2"]
    assert {place: names(packages) for place, packages in found.environments.items()} == {
        "/usr": ["c 3"],
        "old": ["a 0.1"],
    }
    assert found.releases == {"python": "3.13"}


def test_what_a_package_carries_along_is_not_installed() -> None:
    inside = f"{SITE}/setuptools/_vendor/a.dist-info/METADATA"
    assert contents({inside: METADATA.format("a", "1")}, PATH).python == ()


def test_a_package_of_the_site_hides_one_that_r_brings() -> None:
    found = contents(
        {
            "/usr/lib/R/site-library/MASS/DESCRIPTION": DESCRIPTION.format("MASS", "7.3-65"),
            "/usr/lib/R/library/MASS/DESCRIPTION": DESCRIPTION.format("MASS", "7.3-60"),
            "/usr/lib/R/library/base/DESCRIPTION": DESCRIPTION.format("base", "4.5.0"),
            "/usr/lib/R/site-library/shiny/examples/01/DESCRIPTION": "Title: An example\n",
        },
        PATH,
    )
    assert names(found.r) == ["base 4.5.0", "MASS 7.3-65"]
    assert found.releases == {"r": "4.5.0"}


STATUS = """\
Package: tini
Status: install ok installed
Version: 0.19.0-3

Package: libpq5
Status: hold ok installed
Source: postgresql-17 (17.6-0)
Version: 17.6-0+deb13u1

Package: gone
Status: deinstall ok config-files
Version: 1
"""


@pytest.mark.parametrize(
    "files",
    [
        {"/var/lib/dpkg/status": STATUS},
        {
            "/var/lib/dpkg/status.d/tini": "Package: tini\nVersion: 0.19.0-3\n",
            "/var/lib/dpkg/status.d/libpq5": "Package: libpq5\nSource: postgresql-17\nVersion: 17.6-0+deb13u1\n",
        },
    ],
    ids=["Debian", "distroless"],
)
def test_debian_packages_have_their_source(files: dict[str, str]) -> None:
    found = contents(files, PATH).debian
    assert [(one.name, one.version, one.source) for one in found] == [
        ("libpq5", "17.6-0+deb13u1", "postgresql-17"),
        ("tini", "0.19.0-3", "tini"),
    ]


def test_an_image_with_nothing_has_nothing() -> None:
    assert contents({}, []).model_dump() == {"releases": {}, "python": (), "environments": {}, "r": (), "debian": ()}
