"""docs/images.md: what is on it, and when it is out of date."""

import pytest

from airflow_k8s.images.catalogue import parse
from airflow_k8s.images.manifest import Drift, Layer
from airflow_k8s.images.manifest.locks import Wanted
from airflow_k8s.images.manifest.page import differences, render
from tests.unit.images.manifests import manifest

ABOUT = {"purpose": "An example.", "owner": "data", "budget": {"size": 200}}
CATALOGUE = parse(
    {
        "debian": "trixie",
        "images": {"base": ABOUT, "geo": {**ABOUT, "parent": "base", "environments": {"old": "An older pandas."}}},
    }
)
BASE = Layer(size=80_000_000, created_by="", image="base", step="Python packages")
MANIFESTS = {
    "base": manifest("base", python=["pandas 3.1.1 BSD-3-Clause"], debian=["tini 0.19 MIT"], layers=(BASE,)),
    "geo": manifest(
        "geo",
        python=["pandas 3.1.1 BSD-3-Clause", "fiona 1 GPL-2.0-only"],
        environments={"old": ["pandas 1.5.3 BSD-3-Clause"]},
        layers=(BASE, Layer(size=20_000_000, created_by="", image="geo", step="Python packages")),
    ),
}
PAGE = render(CATALOGUE, MANIFESTS, {"base": Wanted(python=("pandas",)), "geo": Wanted(python=("fiona",))})


@pytest.mark.parametrize(
    "line",
    [
        "| [geo](#geo) | An example. | data | base | 100 MB | 200 MB | 2 | 0 | 0 |",
        "| geo | Python packages | 20 MB |",
        "- Packages: 1 Python, 1 Debian",
        "- Environment `/opt/venvs/old` (1 packages): An older pandas.",
        "| pandas | 3.1.1 | BSD-3-Clause |",
        "| geo | Python | 1 | 0 | 1 | 0 | 0 |",
        "| fiona | GPL-2.0-only |",
    ],
)
def test_the_page_says(line: str) -> None:
    assert line in PAGE.splitlines()


def test_a_layer_that_images_share_is_told_once() -> None:
    assert PAGE.count("| base | Python packages | 80 MB |") == 1


DRIFT = Drift(name="r-cran-sf", locked="1.0-19", installed="1.0-20")


@pytest.mark.parametrize(
    ("written", "now", "drifted", "out_of_date"),
    [
        ("same", "same", [], []),
        ("| base | 500 MB |", "| base | 510 MB |", [], []),
        ("| base | 500 MB |", "| base | 520 MB |", [], ["- | base | 500 MB |", "+ | base | 520 MB |"]),
        ("| base | 0.1 MB |", "| base | 0.2 MB |", [], []),
        ("| pandas | 3.1.1 |", "| pandas | 3.1.2 |", [], ["- | pandas | 3.1.1 |", "+ | pandas | 3.1.2 |"]),
        ("one", "one\ntwo", [], ["- ", "+ two"]),
        ("| sf | 1.0-19 |", "| sf | 1.0-20 |", [DRIFT], []),
        ("| sf | 1.0-19 |", "| sf | 1.0-20 |", [], ["- | sf | 1.0-19 |", "+ | sf | 1.0-20 |"]),
        ("- Packages: 2 R, 417 Debian", "- Packages: 2 R, 418 Debian", [DRIFT], []),
        ("| r-data | R | 1 | 2 |", "| r-data | R | 2 | 2 |", [DRIFT], []),
        ("| dplyr | 1.1.4 |", "| dplyr | 1.1.5 |", [DRIFT], ["- | dplyr | 1.1.4 |", "+ | dplyr | 1.1.5 |"]),
    ],
)
def test_when_the_page_is_out_of_date(written: str, now: str, drifted: list[Drift], out_of_date: list[str]) -> None:
    assert differences(written, now, drifted) == out_of_date
