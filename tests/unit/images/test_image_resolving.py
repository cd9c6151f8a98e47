"""Resolving: real uv, on an index of a few small wheels in which every way to go wrong is there."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import parse
from airflow_k8s.images.commands import lock as command
from airflow_k8s.images.lock import Checkout, Verdict, attempt, renew
from airflow_k8s.images.lock.texts import pins
from tests.wheels import hanging_source, settings, wheel

INDEX = [
    ("apache-airflow", "3.3.2", ["sqlalchemy>=2"]),
    ("apache-airflow-providers-fab", "3.0", []),
    ("apache-airflow-providers-fab", "4.0", ["apache-airflow>=3.4"]),
    ("sqlalchemy", "1.4", []),
    ("sqlalchemy", "2.1", []),
    ("pathspec", "1.0", []),
    ("pathspec", "1.1", []),
    ("pyarrow", "25.0", []),
    ("pyarrow", "26.0", []),
    ("geopandas", "1.1", ["shapely", "pyarrow"]),
    ("shapely", "2.1", []),
    # an old release without the bound that the new one has
    ("mlflow", "1.27", []),
    ("mlflow", "3.17", ["pyarrow<26"]),
    ("mlflow", "3.18rc1", []),
    # no release without the bound
    ("awswrangler", "3.17", ["pyarrow<26"]),
    # in the way is what Airflow brings, and nothing that it needs in this version
    ("dbt-core", "0.1", []),
    ("dbt-core", "1.12", ["pathspec<1.1"]),
    # a little older
    ("sqlmesh", "0.236.3", []),
    ("sqlmesh", "0.236.4", ["pyarrow<26"]),
    # cannot live with Airflow, and had no bound when it was young
    ("snowflake", "0.2", []),
    ("snowflake", "5.2", ["sqlalchemy<2"]),
    ("oldorm", "5.2", ["sqlalchemy<2"]),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    for name, version, needs in INDEX:
        wheel(folder, name, version, needs)
    hanging_source(folder, "hangs", folder / "pid")
    (folder / "uv.toml").write_text(settings(folder))
    return folder


@pytest.fixture(autouse=True)
def only_this_index(index, monkeypatch) -> None:
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CONFIG_FILE", str(index / "uv.toml"))
    monkeypatch.setenv("UV_CACHE_DIR", str(index / "cache"))


IMAGE = {"purpose": "p", "owner": "o", "budget": {"size": 1}}
WISHES = {"base": "apache-airflow-providers-fab<4\npathspec\n", "data": "pyarrow\n"}


@pytest.fixture
def checkout(tmp_path):
    """Two images, locked; and one on them, which wants nothing yet."""
    base = {**IMAGE, "releases": {"python": "3.13"}}
    images = {"base": base, "data": {**IMAGE, "parent": "base"}, "team": {**IMAGE, "parent": "data"}}
    for name in images:
        (tmp_path / "images" / name / "environments").mkdir(parents=True)
        (tmp_path / "images" / name / "requirements.in").write_text(WISHES.get(name, ""))
    checkout = Checkout(parse({"debian": "trixie", "images": images}), "3.3.2", tmp_path, seconds=30)
    renew(checkout)
    checkout.write()
    return Checkout(checkout.catalogue, "3.3.2", tmp_path, seconds=30)


def want(checkout: Checkout, name: str, wishes: str, file: str = "requirements.in") -> None:
    (checkout.root / "images" / name / file).write_text(wishes)


def written(checkout: Checkout, name: str, file: str = "requirements.txt") -> dict[str, str]:
    return pins(Checkout(checkout.catalogue, "3.3.2", checkout.root).read(f"images/{name}/{file}"))


def moved(moves) -> list[tuple[str, str, str | None, str | None]]:
    return [(move.package, move.image, move.before, move.after) for move in moves if move.before != move.after]


def test_a_childs_lock_holds_its_additions_only(checkout) -> None:
    assert written(checkout, "base")["apache-airflow"] == "3.3.2"
    assert written(checkout, "data") == {"pyarrow": "26.0"}


def test_locks_have_hashes_and_name_no_place(checkout, index) -> None:
    text = checkout.read("images/data/requirements.txt")
    assert "--hash=sha256:" in text
    assert str(index) not in text


def test_a_second_time_nothing_moves(checkout) -> None:
    assert renew(checkout) == []


def test_what_is_added_is_told(checkout) -> None:
    want(checkout, "team", "geopandas\n")
    assert moved(renew(checkout)) == [("geopandas", "team", None, "1.1"), ("shapely", "team", None, "2.1")]


def test_what_is_locked_stays_until_an_upgrade_is_asked_for(checkout) -> None:
    want(checkout, "data", "pyarrow<26\n")
    renew(checkout)
    checkout.write()
    want(checkout, "data", "pyarrow\n")
    again = Checkout(checkout.catalogue, "3.3.2", checkout.root)
    assert moved(renew(again)) == []
    assert moved(renew(again, upgrade=True)) == [("pyarrow", "data", "25.0", "26.0")]


def test_a_parent_is_renewed_with_its_children(checkout) -> None:
    want(checkout, "base", "pathspec\npyarrow\n")
    moves = set(moved(renew(checkout, ("base",))))
    assert {("pyarrow", "base", None, "26.0"), ("pyarrow", "data", "26.0", None)} <= moves


def test_an_environment_is_locked_without_airflow_and_may_have_what_an_image_cannot(checkout) -> None:
    images = {name: image.model_dump() for name, image in checkout.catalogue.images.items()}
    images["data"]["environments"] = {"old": "a model of 2023"}
    declared = Checkout(parse({"debian": "trixie", "images": images}), "3.3.2", checkout.root)
    want(declared, "data", "oldorm\n", "environments/old.in")
    moves = renew(declared, ("data",))
    declared.write()
    assert written(declared, "data", "environments/old.txt") == {"oldorm": "5.2", "sqlalchemy": "1.4"}
    assert {(move.kind, move.environment) for move in moves} == {("environment", "old")}


@pytest.mark.parametrize(
    ("wish", "outcome"),
    [
        ("geopandas", (Verdict.FITS, "1.1", "", [], "same environment")),
        ("sqlmesh", (Verdict.HELD, "0.236.3", "0.236.4", ["pyarrow"], "same environment")),
        ("mlflow", (Verdict.OLDER, "1.27", "3.17", ["pyarrow"], "own image on base")),
        ("mlflow<2", (Verdict.FITS, "1.27", "", [], "same environment")),
        ("awswrangler", (Verdict.UNFIT, "", "3.17", ["pyarrow"], "own image on base")),
        ("dbt-core", (Verdict.OLDER, "0.1", "1.12", ["pathspec"], "isolated environment")),
        ("snowflake", (Verdict.ISOLATED, "0.2", "5.2", ["sqlalchemy"], "isolated environment")),
        ("oldorm", (Verdict.ISOLATED, "", "5.2", ["sqlalchemy"], "isolated environment")),
        ("geopandas awswrangler", (Verdict.UNFIT, "", "1.1, 3.17", ["pyarrow"], "own image on base")),
        ("apache-airflow-providers-fab", (Verdict.FITS, "3.0", "", [], "same environment")),
        ("no-such-thing", (Verdict.NOWHERE, "", "", [], "")),
    ],
)
def test_each_way_to_fit_or_not_has_its_word(checkout, wish: str, outcome: tuple[object, ...]) -> None:
    trial = attempt(checkout.on("data"), wish)
    versions = (", ".join(one.values()) for one in (trial.got, trial.good))
    assert (trial.verdict, *versions, [pin.package for pin in trial.blame], trial.todo) == outcome


def test_a_trial_counts_what_would_be_added(checkout) -> None:
    assert attempt(checkout.on("data"), "geopandas").packages == 2


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("mlflow", r"team cannot have `mlflow`: it would silently be mlflow 1.27 instead of 3.17\."),
        ("mlflow", r"In the way is `pyarrow==26.0` of data \(wanted: pyarrow<26\)\."),
        ("mlflow", r"an image of its own on `base`.* say `mlflow<2` in images/team/requirements.in"),
        (
            "awswrangler",
            r"team cannot have `awswrangler`: no release of it fits\. In the way is `pyarrow==26.0` of data",
        ),
        ("geopandas\ndbt-core", r"dbt-core 0.1 instead of 1.12\. In the way is `pathspec==1.1` of base"),
        ("oldorm", r"In the way is `sqlalchemy==2.1` of base .*Give it an isolated environment\."),
        ("no-such-thing", r"team cannot have `no-such-thing`\. uv said:(.|\n)*no-such-thing was not found"),
    ],
)
def test_what_cannot_be_locked_is_told_with_the_pin_to_blame_and_the_way_out(checkout, wish: str, said: str) -> None:
    want(checkout, "team", wish)
    with pytest.raises(UserError, match=said):
        renew(checkout, ("team",))


def test_a_wish_that_two_pins_keep_from_newer_releases_is_locked_and_noted(checkout) -> None:
    want(checkout, "team", "sqlmesh\n")
    (move,) = renew(checkout, ("team",))
    assert (move.after, move.note) == (
        "0.236.3",
        "0.236.4 beside Airflow alone: `pyarrow==26.0` of data (wanted: pyarrow<26)",
    )


def test_a_parents_new_pin_that_a_locked_wish_cannot_live_with_is_named(checkout) -> None:
    want(checkout, "data", "pyarrow<26\n")
    want(checkout, "team", "awswrangler\n")
    renew(checkout)
    checkout.write()
    want(checkout, "data", "pyarrow>=26\n")
    said = r"The wishes of team do not fit together. In the way is `pyarrow==26.0` of data \(wanted: pyarrow<26\)"
    with pytest.raises(UserError, match=said):
        renew(Checkout(checkout.catalogue, "3.3.2", checkout.root))


@pytest.fixture
def asked_for(checkout, monkeypatch):
    """The checkout, as the commands find it."""
    monkeypatch.setattr(command, "_checkout", lambda _: checkout)
    return checkout


def test_nothing_is_written_unless_everything_fits(asked_for) -> None:
    want(asked_for, "data", "pyarrow\nshapely\n")
    want(asked_for, "team", "mlflow\n")
    assert isinstance(CliRunner().invoke(command.lock, []).exception, UserError)
    assert written(asked_for, "data") == {"pyarrow": "26.0"}


def test_programs_read_what_moved(asked_for) -> None:
    want(asked_for, "team", "shapely\n")
    (move,) = json.loads(CliRunner().invoke(command.lock, ["team", "--json"]).stdout)["moves"]
    assert (move["package"], move["image"], move["before"], move["after"]) == ("shapely", "team", None, "2.1")


def test_programs_read_what_would_happen(asked_for) -> None:
    words = ["mlflow", "geopandas", "--on", "data", "--json"]
    tried = json.loads(CliRunner().invoke(command.try_libraries, words).stdout)
    assert [(one["verdict"], one["todo"]) for one in tried] == [
        ("silently older", "own image on base"),
        ("fits", "same environment"),
    ]


@pytest.mark.parametrize(
    ("wishes", "code", "said"),
    [("", 0, "Nothing would move."), ("geopandas", 1, "wants `geopandas`, which is not locked")],
)
def test_a_check_writes_nothing_and_ends_with_1_when_something_would_move(
    asked_for, wishes: str, code: int, said: str
) -> None:
    want(asked_for, "team", wishes)
    ended = CliRunner().invoke(command.lock, ["--check"])
    assert (ended.exit_code, written(asked_for, "team")) == (code, {})
    assert said in ended.output


def gone(pid: int) -> bool:
    """Whether a process has ended, at once or within seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_resolution_that_hangs_ends_in_a_sentence_and_leaves_no_process(checkout, index) -> None:
    want(checkout, "team", "hangs\n")
    impatient = Checkout(checkout.catalogue, "3.3.2", checkout.root, seconds=3)
    with pytest.raises(UserError, match=r"team cannot have `hangs`. uv said:\s*\| uv found no answer in 3 s"):
        renew(impatient, ("team",))
    assert gone(int((index / "pid").read_text()))


def test_ctrl_c_ends_a_trial_and_all_that_it_started(index) -> None:
    (index / "pid").unlink(missing_ok=True)
    words = [sys.executable, "-c", "from airflow_k8s.cli import main; main()", "images", "try", "hangs", "--on", "base"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as trying:
        wait_for(index / "pid")
        trying.send_signal(signal.SIGINT)
        said = trying.communicate(timeout=30)[0]
    assert trying.returncode == 130
    assert "Interrupted." in said
    assert gone(int((index / "pid").read_text()))


def wait_for(file: Path, seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < end, f"{file} did not come"
        time.sleep(0.1)
