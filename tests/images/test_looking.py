"""What is told about images, from the real ones."""

import json
import platform
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue, engine, manifest
from airflow_k8s.images.commands import images
from airflow_k8s.images.manifest import Manifest, files, page
from airflow_k8s.images.manifest.compare import compare
from airflow_k8s.images.manifest.match import answer, parse
from airflow_k8s.images.manifest.packages import contents
from tests.images.conftest import REGISTRY, locked

Of = Callable[[str], Manifest]


@pytest.fixture(scope="session")
def of(reference: Callable[[str], str]) -> Of:
    return lambda name: manifest.of(reference(name))


def test_an_image_that_cannot_be_run_is_read_from_outside(reference: Callable[[str], str], of: Of, monkeypatch) -> None:
    monkeypatch.setattr(files, "script", lambda: "exit 127")
    client, path = engine.client(), of("base").env["PATH"].split(":")
    found = contents(files.read(client, client.images.get(reference("base"))), path)
    assert found.model_dump().items() <= of("base").model_dump().items()


@pytest.mark.parametrize(
    ("packages", "images"),
    [
        (["pandas>=3"], {"python-data"}),
        (["r:dplyr", "data.table"], {"r-data"}),
        (["apache-airflow"], {"base", "python-data", "r-data"}),
        (["debian:libpq5", "r:RPostgreSQL"], {"r-data"}),
        (["pandas", "dplyr"], set()),
    ],
    ids=str,
)
def test_which_images_have_it(packages: list[str], images: set[str], of: Of) -> None:
    asked = [parse(text) for text in packages]
    ours = ("base", "python-data", "r-data")
    assert {name for name in ours if answer(asked, of(name)).has_all} == images


def test_python_data_adds_its_own_locks_to_base_and_nothing_else(of: Of) -> None:
    found = compare(of("base"), of("python-data")).packages
    locks = {"Python": "requirements.txt", "Python in sqlalchemy-1": "environments/sqlalchemy-1.txt"}
    assert {one.how for one in found} == {"added"}
    assert {one.what for one in found} == set(locks)
    for what, file in locks.items():
        assert {one.name: one.after for one in found if one.what == what} == locked("python-data", file)


def test_a_foreign_image_with_little_in_it_has_a_manifest() -> None:
    found = manifest.of(f"debian:{catalogue.load().debian}-slim")
    assert (found.name, found.python, found.r) == ("debian", (), ())
    assert "dpkg" in {package.name for package in found.debian}


@pytest.mark.parametrize(
    ("called", "remedy"),
    [("no-such-image:1", "docker pull no-such-image:1"), ("r-dta", "Did you mean `r-data`?")],
)
def test_an_image_that_is_not_there_is_told_with_what_to_do(called: str, remedy: str) -> None:
    with pytest.raises(UserError) as problem:
        manifest.of(called)
    assert remedy in problem.value.remedy


LOOKS = [
    ["list"],
    ["show", "r-data"],
    ["show", "r-data", "--all"],
    ["which", "apache-airflow"],
    ["diff", "base", "r-data"],
]


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_a_pipe_gets_every_name_whole_and_no_colours(words: list[str], built: object) -> None:
    said = CliRunner().invoke(images, words)
    assert said.exit_code == 0
    assert not {"\x1b", "…"} & set(said.stdout)


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_a_program_gets_json(words: list[str], built: object) -> None:
    assert json.loads(CliRunner().invoke(images, [*words, "--json"]).stdout)


@pytest.mark.parametrize(("package", "code"), [("pandas>=3", 0), ("pandas>=99", 1)])
def test_the_exit_code_says_whether_an_image_has_it(package: str, code: int, built: object) -> None:
    assert CliRunner().invoke(images, ["which", package]).exit_code == code


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the sizes on the page are those of amd64")
def test_the_page_is_what_the_images_are(built: object) -> None:
    text, drifted = page.current(REGISTRY)
    assert page.differences(page.PAGE.read_text(), text, drifted) == [], "run `make docs`"
