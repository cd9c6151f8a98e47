"""Which images have a package."""

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images.manifest.match import answer, explained, fits, parse
from airflow_k8s.images.manifest.tables import answers
from tests.unit.images.manifests import manifest

PYTHON = manifest(
    "python-data", python=["pandas 3.1.1", "curl 1"], environments={"old": ["pandas 1.5.3", "numpy 1.26"]}
)
R = manifest("r-data", r=["dplyr 1.1.4", "data.table 1.17.0", "curl 6.2.1"], debian=["libstdc++6 14.2.0-19"])


@pytest.mark.parametrize(
    ("queries", "images"),
    [
        (["pandas"], ["python-data"]),
        (["pandas>=3"], ["python-data"]),
        (["pandas<2"], ["python-data"]),
        (["pandas>=4"], []),
        (["Data.Table"], ["r-data"]),
        (["curl"], ["python-data", "r-data"]),
        (["r:curl"], ["r-data"]),
        (["py:curl"], ["python-data"]),
        (["debian:libstdc++6>=14"], ["r-data"]),
        (["dplyr", "data.table"], ["r-data"]),
        (["pandas", "dplyr"], []),
        (["pandas<2", "numpy"], ["python-data"]),
        (["pandas>=3", "numpy"], []),
    ],
    ids=str,
)
def test_the_images_that_have_all_of_it(queries: list[str], images: list[str]) -> None:
    asked = [parse(text) for text in queries]
    assert [one.name for one in (PYTHON, R) if answer(asked, one).has_all] == images


@pytest.mark.parametrize(
    ("version", "versions", "kind", "fit"),
    [
        ("3.1.1", "", "python", True),
        ("3.1.1", ">=3,<4", "python", True),
        ("3.1.1", "==3.1.*", "python", True),
        ("4.0.0rc1", ">=3", "python", True),
        ("1.0-19", ">=1.0.19", "r", True),
        ("1.0-19", ">1.0.19", "r", False),
        ("1:17.6-0+deb13u1", ">=17.6", "debian", True),
        ("2025b-4+deb13u1", ">=2025", "debian", True),
        ("1.3.dfsg+really1.3.1-1+b1", ">=1.3", "debian", True),
    ],
)
def test_a_version_fits(version: str, versions: str, kind: str, fit: bool) -> None:
    assert fits(version, versions, kind=kind) is fit


def test_r_writes_versions_with_a_hyphen() -> None:
    assert parse("sf>=1.0-19").versions == ">=1.0.19"


@pytest.mark.parametrize("text", ["", "pandas>>3", "pandas>=new", "conda:pandas", "pandas 3", ">=3"])
def test_what_names_no_package_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match="Write for example"):
        parse(text)


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        (["pandsa"], ["No image has pandsa. Did you mean `pandas`?"]),
        (["r:pandas"], ["No image has pandas."]),
        (["pandas>=4"], ["No image has pandas>=4, only 1.5.3, 3.1.1."]),
        (["quux", "dplyr"], ["No image has quux."]),
    ],
    ids=str,
)
def test_why_no_image_has_it(queries: list[str], said: list[str]) -> None:
    assert explained([parse(text) for text in queries], [PYTHON, R]) == said


def test_what_fits_is_shown_and_else_what_is_near() -> None:
    shown = [answers([text], [answer([parse(text)], PYTHON)]).rows for text in ("pandas<2", "pandas>=4")]
    assert shown == [
        [("python-data", "1.5.3 (Python in old)")],
        [("python-data", "3.1.1 (Python), 1.5.3 (Python in old)")],
    ]


def test_packages_of_different_images_need_an_image_of_their_own() -> None:
    (said,) = explained([parse("pandas"), parse("dplyr")], [PYTHON, R])
    assert "airflow-k8s images new" in said
