"""docs/asking-for-an-image.md says what happens."""

import ast
import re
from pathlib import Path

import pytest

from airflow_k8s.tasks import RequestError, on_image, parse
from airflow_k8s.tasks.catalogue import load
from airflow_k8s.tasks.placement import resolve

PAGE = (Path(__file__).parents[3] / "docs" / "asking-for-an-image.md").read_text()
CATALOGUE = load(Path(__file__).with_name("catalogue.json"))

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
    with pytest.raises(RequestError) as error:
        resolve(parse(ast.literal_eval(way)), CATALOGUE)
    assert str(error.value) == sentence
