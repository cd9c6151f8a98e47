"""A team's own image is made whole or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import Catalogue, parse
from airflow_k8s.images.scaffold import NAME, Wish, create, extended
from airflow_k8s.paths import CATALOGUE, CHART

GEO = Wish("geo", "base", {"python": ("geopandas>=1",), "r": ("sf",), "debian": ("gdal-bin",)})


def no_lock(_: Catalogue) -> None:
    """As --no-lock."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with this checkout's catalogue."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "catalogue.yaml").write_bytes(CATALOGUE.read_bytes())
    return tmp_path


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_folder_the_test_and_the_entry_are_made(checkout: Path) -> None:
    made = create(GEO, no_lock, checkout)
    assert [path.relative_to(checkout).as_posix() for path in made] == [
        "images/geo/debian.in",
        "images/geo/r.in",
        "images/geo/requirements.in",
        "tests/images/geo/units/geo.R",
        "tests/images/geo/units/geo.py",
        "images/catalogue.yaml",
    ]
    entry = parse(yaml.safe_load(made[-1].read_text())).images["geo"]
    assert (entry.parent, entry.owner) == ("base", "data platform")
    assert entry.purpose == "What base has, and geopandas, sf, gdal-bin."


def test_the_rest_of_the_catalogue_stays_to_the_letter(checkout: Path) -> None:
    before = CATALOGUE.read_text()
    create(GEO, no_lock, checkout)
    assert (checkout / "images" / "catalogue.yaml").read_text().startswith(before)


@pytest.mark.parametrize(
    ("file", "line"),
    [("requirements.in", "geopandas>=1"), ("r.in", "sf"), ("debian.in", "gdal-bin")],
)
def test_what_is_wanted_stands_in_its_list(checkout: Path, file: str, line: str) -> None:
    create(GEO, no_lock, checkout)
    about, *wanted = (checkout / "images" / "geo" / file).read_text().splitlines()
    assert about.startswith("# What geo adds to base.")
    assert wanted == [line]


def test_only_what_is_wanted_gets_a_file(checkout: Path) -> None:
    made = create(Wish("geo", "base", {"r": ("sf",)}), no_lock, checkout)
    assert [path.name for path in made] == ["r.in", "geo.R", "catalogue.yaml"]


def test_the_python_test_passes_where_the_library_is_and_fails_where_it_is_not(checkout: Path) -> None:
    create(Wish("there", "base", {"python": ("Rich[jupyter]>=1",)}), no_lock, checkout)
    create(Wish("gone", "base", {"python": ("no-such-library",)}), no_lock, checkout)
    ends = [subprocess.run([sys.executable, path], check=False, capture_output=True) for path in units(checkout)]
    assert [end.returncode for end in ends] == [1, 0]
    assert b"no-such-library" in ends[0].stderr


def units(root: Path) -> list[Path]:
    return sorted(root.glob("tests/images/*/units/*.py"))


@pytest.mark.parametrize("text", ['What: "this" # and that', "Größe: 5 %", "yes", "- a", "{}"])
def test_any_sentence_can_be_a_purpose(text: str) -> None:
    wish = Wish("geo", "base", {"r": ("sf",)}, purpose=text, owner=text)
    entry = parse(yaml.safe_load(extended(CATALOGUE.read_text(), wish))).images["geo"]
    assert (entry.purpose, entry.owner) == (text, text)


REFUSED = {
    "a capital": ({"name": "Geo"}, ["`Geo` cannot be an image's name", "small letters", "`geo`, say"]),
    "a path": ({"name": "../geo"}, ["`../geo` cannot", "`geo`, say"]),
    "an underscore": ({"name": "geo_data"}, ["`geo-data`, say"]),
    "a hyphen at its end": ({"name": "geo-"}, ["`geo`, say"]),
    "nothing": ({"name": ""}, ["`` cannot be an image's name"]),
    "too long": ({"name": "g" * 64}, ["63 characters at most"]),
    "a line break": ({"name": "geo\n"}, ["`geo`, say"]),
    "the tests of all": ({"name": "every"}, ["It means the tests of every image"]),
    "taken": ({"name": "r-data"}, ["There is an image `r-data` already", "R for analysis"]),
    "a parent with a typo": ({"parent": "r-dta"}, ["cannot be built on `r-dta`", "Did you mean `r-data`?"]),
    "an unknown parent": ({"parent": "spark"}, ["The catalogue has base, ", "Name one of these"]),
    "a parent without Airflow": ({"parent": "postgres"}, ["`geo` cannot be built on `postgres`", "has no Airflow"]),
    "nothing to add": ({"libraries": {"python": ()}}, ["`geo` adds nothing", "base under another name", "--python"]),
    "two in one word": ({"libraries": {"python": ("a b",)}}, ["`a b` names no library", "--python geopandas"]),
    "an option for pip": ({"libraries": {"python": ("--pre",)}}, ["`--pre` names no library"]),
    "a line of its own": ({"libraries": {"python": ("a\nb",)}}, ["names no library"]),
    "an R package by Debian's name": ({"libraries": {"r": ("r-cran-sf",)}}, ["`r-cran-sf` names no", "--r sf"]),
    "a Debian package with a capital": ({"libraries": {"debian": ("GDAL",)}}, ["`GDAL` names no", "--debian gdal-bin"]),
}


@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_before_anything_is_written(
    checkout: Path, change: dict[str, object], words: list[str]
) -> None:
    before = everything(checkout)
    with pytest.raises(UserError) as error:
        create(Wish(**({"name": "geo", "parent": "base", "libraries": {"r": ("sf",)}} | change)), no_lock, checkout)  # type: ignore[arg-type]
    assert [word for word in words if word not in str(error.value)] == []
    assert everything(checkout) == before


def test_a_builder_is_no_parent() -> None:
    about = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}}
    text = yaml.safe_dump({"debian": "trixie", "images": {"tools": {**about, "builder": True}, "base": about}})
    with pytest.raises(UserError, match=r"`geo` cannot be built on `tools`.*Name base"):
        extended(text, Wish("geo", "tools", {"r": ("sf",)}))


@pytest.mark.parametrize("place", ["images/geo", "tests/images/geo"])
def test_a_folder_that_is_there_is_left_alone(checkout: Path, place: str) -> None:
    (checkout / place).mkdir(parents=True)
    (checkout / place / "notes.md").write_text("mine")
    before = everything(checkout)
    with pytest.raises(UserError, match=rf"There is a folder {place} already"):
        create(GEO, no_lock, checkout)
    assert everything(checkout) == before


@pytest.mark.parametrize("stop", [UserError("No versions fit.", "a needs b<1.", "Loosen a."), KeyboardInterrupt()])
def test_what_stops_it_leaves_nothing(checkout: Path, stop: BaseException) -> None:
    before = everything(checkout)

    def lock(_: Catalogue) -> None:
        (checkout / "images" / "geo" / "requirements.txt").write_text("half")
        raise stop

    with pytest.raises((UserError, KeyboardInterrupt)) as error:
        create(GEO, lock, checkout)
    assert everything(checkout) == before
    if isinstance(error.value, UserError):
        assert "`geo` was not made: No versions fit. a needs b<1. Loosen a. Or use --no-lock" in str(error.value)


def test_a_stop_at_the_last_moment_leaves_nothing_either(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(checkout)
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> None:
        replace(path, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        create(GEO, no_lock, checkout)
    assert everything(checkout) == before


def test_an_edit_of_the_catalogue_meanwhile_is_kept(checkout: Path) -> None:
    path = checkout / "images" / "catalogue.yaml"
    create(GEO, lambda _: path.write_text("# mine\n" + path.read_text()), checkout)
    assert path.read_text().startswith("# mine\n")
    assert "  geo:\n" in path.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "debian: trixie\nimages: {base: {purpose: x, owner: y, budget: {size: 1}}}\n",
        "images:\n    base:\n        purpose: x\n        owner: y\n        budget: {size: 1}\ndebian: trixie\n",
    ],
    ids=["written in one line", "something stands behind"],
)
def test_a_catalogue_without_a_place_is_told_with_the_entry(text: str) -> None:
    with pytest.raises(UserError, match=r"(?s)no place for a new image.*  geo:\n    parent: base"):
        extended(text, Wish("geo", "base", {"r": ("sf",)}))


def test_the_chart_takes_the_names_that_are_taken_here() -> None:
    import json

    schema = json.loads((CHART / "values.schema.json").read_text())
    assert schema["properties"]["images"]["propertyNames"]["pattern"] == f"^{NAME.pattern}$"
