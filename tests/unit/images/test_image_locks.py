"""Locks: a child adds to its parent's and moves nothing; what is checked in has no hosts in it."""

import re

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import airflow_version, load
from airflow_k8s.images.lock import LOCKED, blocks, lock_all, lockable, package, python_release
from airflow_k8s.paths import ROOT

LOCKABLE = lockable(load())


def text(name: str) -> str:
    return (ROOT / "images" / name / LOCKED).read_text()


def packages(name: str) -> set[str]:
    return {package(block) for block in blocks(text(name))}


def test_parents_are_locked_before_children_and_tools_first() -> None:
    assert LOCKABLE == ["tools", "base", "python-data"]


@pytest.mark.parametrize("name", LOCKABLE)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    assert [
        block for block in blocks(text(name)) if not re.match(r"[\w.-]+==\S", block) or "--hash=sha256:" not in block
    ] == []


@pytest.mark.parametrize("name", LOCKABLE)
def test_no_host_is_named(name: str) -> None:
    assert "://" not in text(name)
    assert "index" not in "".join(line for line in text(name).splitlines() if line.startswith("-"))


@pytest.mark.parametrize("name", LOCKABLE)
def test_every_wish_is_locked_here_or_in_a_parent(name: str) -> None:
    line = load().line(name) if name in load().images else [name]
    wishes = re.findall(r"^[\w.-]+", (ROOT / "images" / name / "requirements.in").read_text(), re.MULTILINE)
    locked = set().union(*(packages(one) for one in line if one in LOCKABLE))
    assert {wish.lower() for wish in wishes} - locked == set()


def test_a_child_says_nothing_about_what_its_parent_has() -> None:
    assert packages("python-data") & packages("base") == set()


def test_airflow_is_locked_in_the_charts_version() -> None:
    assert f"\napache-airflow=={airflow_version()} " in text("base")


def test_an_unknown_folder_is_refused_with_the_near_match() -> None:
    with pytest.raises(UserError, match=r"images/python_data has nothing to lock.*Did you mean `python-data`"):
        lock_all(load(), airflow_version(), ("python_data",))


def test_locks_are_for_the_catalogues_python() -> None:
    assert python_release(load()) == "3.13"


def test_no_program_of_a_build_is_wished_for_by_an_image() -> None:
    wished = {name for folder in ("base", "python-data") for name in packages(folder)}
    assert wished & {"uv", "hatchling", "pip"} == set()
