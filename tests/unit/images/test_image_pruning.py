"""Which tags of earlier builds are of no use, and what they hold."""

from datetime import UTC, datetime

import pytest

from airflow_k8s.images.prune import Image, Layer, freed, layers, superseded

R = "localhost:5001"


def image(tag: str, day: int, *layers: Layer, used: bool = False, title: str = "") -> Image:
    tags = tuple(f"{R}/airflow-k8s/{one}" if "/" not in one else one for one in tag.split())
    created = datetime(2026, 11, 1 + day, tzinfo=UTC)
    return Image(f"sha256:{tag}", tags, created, title or f"airflow-k8s/{tag.partition(':')[0]}", used, layers)


def content(letter: str, name: str = "base") -> str:
    return f"{name}:3.3.2-{letter * 12}"


def gone(*there: Image, named: tuple[str, ...] = ()) -> list[str]:
    return [tag.rsplit("/", 1)[1] for tag in superseded(there, R, {f"{R}/airflow-k8s/{one}" for one in named})]


def test_what_is_named_stays_and_the_newest_before_it() -> None:
    there = [image(content(letter), number) for number, letter in enumerate("abcd")]
    assert gone(*there, named=(content("d"),)) == [content("a"), content("b")]


def test_each_image_keeps_its_own_newest() -> None:
    there = [image(content(letter, name), number) for number, letter in enumerate("ab") for name in ("base", "geo")]
    assert gone(*there) == [content("a"), content("a", "geo")]


def test_what_is_named_may_be_older_than_what_is_not() -> None:
    there = [image(content(letter), number) for number, letter in enumerate("abc")]
    assert gone(*there, named=(content("a"),)) == [content("b")]


@pytest.mark.parametrize(
    "other",
    [
        image(content("a"), 0, used=True),
        image(content("a"), 0, title="somebody's"),
        image("base:3.3.2", 0),
        image("base:3.3.2-20261122", 0),
        image(f"elsewhere:5000/airflow-k8s/{content('a')}", 0, title="airflow-k8s/base"),
        image(f"{R}/other/{content('a')}", 0, title="airflow-k8s/base"),
    ],
    ids=["used", "somebody's label", "a version", "a date", "another registry", "another folder"],
)
def test_what_is_used_or_not_of_this_builds_is_left_alone(other: Image) -> None:
    assert gone(other, image(content("b"), 1), image(content("c"), 2)) == [content("b")]


GROUND, OLD, NEW, MAPS = (("ground",), 100), (("ground", "old"), 30), (("ground", "new"), 40), (("maps",), 7)


def test_a_layer_is_freed_where_no_other_image_has_it() -> None:
    old, child = image(content("a"), 1, GROUND, OLD), image(content("a", "geo"), 2, GROUND, OLD, MAPS)
    new = image(content("b"), 3, GROUND, NEW)
    assert freed([old, child, new], old.tags) == 0
    assert freed([old, child, new], child.tags) == 7
    assert freed([old, child, new], old.tags + child.tags) == 37


def test_an_image_with_another_name_frees_nothing() -> None:
    both = image(f"{content('a')} {R}/airflow-k8s/base:3.3.2", 1, GROUND)
    assert freed([both], both.tags[:1]) == 0


COPY, CMD, LABEL = {"CreatedBy": "COPY", "Size": 5}, {"CreatedBy": "CMD", "Size": 0}, {"CreatedBy": "LABEL", "Size": 0}


@pytest.mark.parametrize(
    ("other", "contents", "shared"),
    [
        ([COPY], ["sha256:a"], True),
        ([COPY], ["sha256:b"], False),
        ([COPY, LABEL], ["sha256:a"], False),
        ([COPY, CMD, COPY], ["sha256:a", "sha256:c"], True),
    ],
    ids=["the same", "other content", "other ground", "a child"],
)
def test_a_layer_is_known_by_all_that_led_to_it(other: list[object], contents: list[str], shared: bool) -> None:
    mine, others = set(layers([COPY], ["sha256:a"])), set(layers(other, contents))  # type: ignore[arg-type]
    assert bool(mine & others) == shared
