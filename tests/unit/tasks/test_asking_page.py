"""docs/asking-for-an-image.md says what happens."""

import re
from pathlib import Path

import pytest

from airflow_k8s.tasks import on_image, parse
from airflow_k8s.tasks.catalogue import load
from airflow_k8s.tasks.placement import resolve
from tests import corpus

PAGE = (Path(__file__).parents[3] / "docs" / "asking-for-an-image.md").read_text()
CATALOGUE = load(corpus.CATALOGUE)

WAYS = re.findall(r"`executor_config=(.+)` \|$", PAGE, re.MULTILINE)
MISTAKES = re.findall(r"^\| `(\{.+?\})` \| (.+) \|$", PAGE, re.MULTILINE)


def written(text: str) -> object:
    return eval(text, {"on_image": on_image, "pod": object()})  # noqa: S307 - our own page


def test_the_page_shows_ways_and_mistakes() -> None:
    assert len(WAYS) == 6
    assert len(MISTAKES) >= 6


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_understood(way: str) -> None:
    assert resolve(parse(written(way)), CATALOGUE).image == "r-data"


@pytest.mark.parametrize(("way", "sentence"), MISTAKES)
def test_every_mistake_gets_the_sentence_shown(way: str, sentence: str) -> None:
    assert (way, sentence) in {(case.written, case.sentence) for case in corpus.MISTAKES}
