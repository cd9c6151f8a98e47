"""What people are shown of images."""

from datetime import UTC, datetime, timedelta

import pytest

from airflow_k8s.images.catalogue import Budget
from airflow_k8s.images.manifest import Drift
from airflow_k8s.images.manifest.locks import Wanted
from airflow_k8s.images.manifest.overview import Overview, table
from airflow_k8s.images.manifest.tables import age, facts, wanted
from tests.unit.images.manifests import manifest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "0 min ago"),
        (timedelta(minutes=119), "119 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_an_age_in_the_unit_that_says_it_shortest(ago: timedelta, said: str) -> None:
    assert age(NOW - ago, NOW) == said


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(size=120), "100 MB, 20 MB below its budget of 120 MB"),
        (Budget(size=80), "100 MB, 20 MB above its budget of 80 MB"),
        (None, "100 MB"),
    ],
)
def test_the_size_beside_its_budget(budget: Budget | None, said: str) -> None:
    assert dict(facts(manifest("base"), budget, None, NOW))["size"] == said


def test_what_drifted_is_told() -> None:
    drift = Drift(name="tzdata", locked="2026b", installed="2026c")
    assert dict(facts(manifest("base", drifted=(drift,)), None, None, NOW))["drifted"] == "tzdata 2026b → 2026c"


def test_what_is_not_known_has_no_line() -> None:
    assert not {"owner", "compressed", "drifted", "languages"} & dict(facts(manifest("x"), None, None, NOW)).keys()


def test_wanted_libraries_have_the_version_that_is_there() -> None:
    found = manifest("geo", r=["sf 1.0-19 MIT"], python=["a 1"], environments={"old": ["a 0.1"]})
    names = Wanted(r=("sf", "terra"), environments={"old": ("a",)})
    assert {section.title: section.rows for section in wanted(found, names)} == {
        "Python libraries in /opt/venvs/old": [("a", "0.1", "")],
        "R libraries": [("sf", "1.0-19", "MIT"), ("terra", "missing", "")],
    }


ABOUT = {"name": "geo", "parent": "base", "tag": "1", "reference": "r:1", "purpose": "Maps.", "owner": "gis"}


@pytest.mark.parametrize(
    ("engine", "state"),
    [
        ({"built": True, "size": 90_000_000, "created": NOW - timedelta(hours=3)}, ("90 MB", "10 MB", "3 h ago")),
        ({"built": True, "size": 120_000_000, "created": NOW}, ("120 MB", "-20 MB", "0 min ago")),
        ({"built": False}, ("", "", "not built")),
        ({"built": None}, ("", "", "no engine")),
    ],
    ids=["built", "over budget", "not built", "no engine"],
)
def test_a_line_an_image(engine: dict[str, object], state: tuple[str, str, str]) -> None:
    image = Overview(**ABOUT, builder=False, budget=100, **engine)
    assert table([image], NOW, wide=True).rows == [("geo", "base", "1", *state, "gis", "Maps.")]
    assert table([image], NOW, wide=False).rows == [("geo\n1", *state, "Maps.\n(gis)")]
