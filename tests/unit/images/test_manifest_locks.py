"""What an image's folder says was wanted, and what was locked."""

from pathlib import Path

from airflow_k8s.images.catalogue import example, parse
from airflow_k8s.images.manifest.locks import Wanted, debian_locks, drifted, wanted

LOCK = """\
# Debian trixie, lists of 2026-11-20T08:15Z. Written by `airflow-k8s images lock`.
libstdc++6=14.2.0-19
r-base-core=4.5.0-3 [amd64]
r-base-core=4.5.0-3+b1 [arm64]
tzdata=2026b-0+deb13u1
"""
INSTALLED = {"libstdc++6": "14.2.0-19", "r-base-core": "4.5.0-3", "tzdata": "2026b-0+deb13u1", "dash": "0.5"}


def write(root: Path, **files: str) -> Path:
    for path, text in files.items():
        image, _, name = path.partition("__")
        file = root / "images" / image.replace("_", "-") / name.replace("_in", ".in").replace("_txt", ".txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_wanted_is_what_was_written_by_hand(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        base__requirements_in="# the least\nSQL_thing[postgres]>=2  # why\n\n",
        base__debian_in="tini\npython${VERSION}  # the interpreter\n",
        r_data__r_in="data.table\nMASS  # regression\n",
    )
    old = root / "images/r-data/environments/old.in"
    old.parent.mkdir()
    old.write_text("pandas<2\n")
    assert wanted(example(), "base", "3.3.2", root) == Wanted(
        python=("apache-airflow", "sql-thing"), debian=("tini", "python3.3.2")
    )
    assert wanted(example(), "r-data", "3.3.2", root) == Wanted(
        r=("data.table", "MASS"), environments={"old": ("pandas",)}
    )


def test_a_builder_has_no_airflow(tmp_path: Path) -> None:
    about = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}, "builder": True, "tasks": False}
    tools = parse({"debian": "trixie", "images": {"tools": about}})
    assert wanted(tools, "tools", "3.3.2", write(tmp_path, tools__requirements_in="uv\n")) == Wanted(python=("uv",))


def test_locks_of_all_that_an_image_is_built_on_hold_for_it(tmp_path: Path) -> None:
    root = write(tmp_path, base__debian_txt="tini=1\n", r_data__debian_txt="r-base-core=4\n")
    assert debian_locks(example(), "r-data", root) == ["r-base-core=4\n", "tini=1\n"]
    assert debian_locks(example(), "base", root) == ["tini=1\n"]


def test_nothing_drifted_where_every_lock_is_met() -> None:
    assert drifted([LOCK], INSTALLED, "amd64") == ()


def test_what_another_version_was_taken_for_has_drifted() -> None:
    (drift,) = drifted([LOCK], {**INSTALLED, "tzdata": "2026c-0+deb13u1"}, "amd64")
    assert (drift.name, drift.locked, drift.installed) == ("tzdata", "2026b-0+deb13u1", "2026c-0+deb13u1")


def test_what_is_not_installed_at_all_has_drifted() -> None:
    (drift,) = drifted(["gone=1\n"], INSTALLED, "amd64")
    assert drift.installed is None


def test_only_the_lines_of_its_own_architecture_count() -> None:
    (drift,) = drifted([LOCK], INSTALLED, "arm64")
    assert drift.locked == "4.5.0-3+b1"
