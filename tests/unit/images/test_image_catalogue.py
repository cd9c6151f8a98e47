"""The catalogue, and what is said about a wrong one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import airflow_version, load, parse
from airflow_k8s.paths import CATALOGUE

ABOUT = {"purpose": "An example.", "owner": "data", "budget": {"size": 100}}


def catalogue(**images: dict[str, Any]) -> dict[str, Any]:
    return {"debian": "trixie", "images": {name: {**ABOUT, **image} for name, image in images.items()}}


def checkout(root: Path, content: dict[str, Any]) -> Path:
    """A checkout with this catalogue, and a Dockerfile for each of its images."""
    for name in content["images"]:
        (root / "images" / name).mkdir(parents=True)
        (root / "images" / name / "Dockerfile").touch()
    path = root / "images" / "catalogue.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_this_checkouts_catalogue_is_right() -> None:
    assert {"base", "python-data", "r-data", "postgres"} <= set(load().images)


def test_each_image_is_built_after_its_parent() -> None:
    order = parse(catalogue(leaf={"parent": "middle"}, middle={"parent": "root"}, root={})).order()
    assert order == ["root", "middle", "leaf"]


@pytest.mark.parametrize(
    ("names", "built"),
    [((), ["root", "leaf", "other"]), (("leaf",), ["root", "leaf"]), (("other",), ["other"])],
    ids=["none means all", "a parent comes along", "nothing else comes along"],
)
def test_the_named_images_are_wanted(names: tuple[str, ...], built: list[str]) -> None:
    wanted = parse(catalogue(root={}, leaf={"parent": "root"}, other={})).wanted(names)
    assert sorted(wanted) == sorted(built)


@pytest.mark.parametrize(
    ("image", "version"),
    [("root", "3.3.2"), ("leaf", "3.3.2"), ("own", "17"), ("child_of_own", "17")],
)
def test_the_version_comes_from_the_nearest_that_states_it(image: str, version: str) -> None:
    known = catalogue(root={}, leaf={"parent": "root"}, own={"version": "17"}, child_of_own={"parent": "own"})
    assert parse(known).version(image, airflow="3.3.2") == version


WRONG = {
    "a circle": (
        catalogue(a={"parent": "b"}, b={"parent": "a"}),
        ["no image can be built first of", "a → b → a", "Leave `parent` out"],
    ),
    "its own parent": (catalogue(a={"parent": "a"}), ["a → a"]),
    "an unknown parent": (
        catalogue(base={}, leaf={"parent": "bse"}),
        ["`leaf` is built on `bse`", "It has base, leaf", "Did you mean `base`?"],
    ),
    "an unknown parent, like no other": (catalogue(base={}, leaf={"parent": "spark"}), ["Name one of these"]),
    "an unknown key": (catalogue(base={"oner": 5}), ["images.base", "`oner`", "Did you mean `owner`?"]),
    "an unknown key of a budget": (
        catalogue(base={"budget": {"size": 1, "compresed": 5}}),
        ["base.budget", "`compresed`", "Did you mean `compressed`?"],
    ),
    "an unknown key at the top": ({**catalogue(), "debain": "x"}, ["the file", "`debain`", "Did you mean `debian`?"]),
    "a missing key": (
        {"debian": "trixie", "images": {"base": {"budget": {"size": 1}}}},
        ["images.base lacks `purpose`"],
    ),
    "a wrong value": (catalogue(base={"budget": {"size": "big"}}), ["`size` of images.base.budget is wrong", "'big'"]),
    "a release that YAML takes for a number": (catalogue(r={"releases": {"r": 4.5}}), ["images.r.releases", "4.5"]),
    "an empty file": (None, ["catalogue.yaml", "the file"]),
}


@pytest.mark.parametrize(("content", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_catalogue_is_refused_in_words(content: Any, words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        parse(content)
    for word in words:
        assert word in str(error.value)


def test_builders_come_first_and_with_whatever_is_wanted() -> None:
    known = parse(catalogue(root={}, leaf={"parent": "root"}, tools={"builder": True}))
    assert known.order() == ["tools", "root", "leaf"]
    assert known.wanted(("root",)) == ["tools", "root"]
    assert known.line("leaf") == ["leaf", "root"]


def test_an_image_on_debian_without_a_dockerfile_is_named(tmp_path: Path) -> None:
    path = checkout(tmp_path, catalogue(base={}))
    (tmp_path / "images" / "base" / "Dockerfile").unlink()
    with pytest.raises(UserError, match=r"`base` has neither a parent nor a Dockerfile. There is no images/base/Docke"):
        load(path)


def test_an_image_on_another_needs_no_dockerfile(tmp_path: Path) -> None:
    path = checkout(tmp_path, catalogue(base={}, leaf={"parent": "base"}))
    (tmp_path / "images" / "leaf" / "Dockerfile").unlink()
    assert "leaf" in load(path).images


@pytest.mark.parametrize(
    ("declared", "files", "words"),
    [
        ({"old": "for old code"}, [], r"`old` of `base` is declared, and images/base/environments/old.in does not exi"),
        ({}, ["old.in"], r"`old` of `base` is not declared, and images/base/environments/old.in exists"),
    ],
    ids=["declared only", "written only"],
)
def test_environments_are_declared_and_written(
    tmp_path: Path, declared: dict[str, str], files: list[str], words: str
) -> None:
    path = checkout(tmp_path, catalogue(base={"environments": declared}))
    folder = path.parent / "base" / "environments"
    folder.mkdir()
    for file in files:
        (folder / file).touch()
    with pytest.raises(UserError, match=words):
        load(path)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"`base` copies `src/gone.py`, which does not exist"):
        load(checkout(tmp_path, catalogue(base={"sources": ["src/gone.py"]})))


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no .*catalogue.yaml"):
        load(tmp_path / "catalogue.yaml")


def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "catalogue.yaml").write_text("images: [")
    with pytest.raises(UserError, match=r"is no YAML. Line \d: "):
        load(tmp_path / "catalogue.yaml")


def test_a_catalogue_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match=r"frozen"):
        load().debian = "bookworm"  # type: ignore[misc]


def test_a_chart_without_an_airflow_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("name: x")
    with pytest.raises(UserError, match=r"names no appVersion"):
        airflow_version(tmp_path / "Chart.yaml")


def test_the_head_of_the_catalogue_explains_every_field() -> None:
    from airflow_k8s.images.catalogue import Image

    head = "".join(line for line in CATALOGUE.read_text().splitlines(keepends=True) if line.startswith("#"))
    assert [field for field in Image.model_fields if field not in ("owner", "purpose") and field not in head] == []
