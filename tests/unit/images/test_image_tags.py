"""Tags: what changes them, and what must not."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images import context
from airflow_k8s.images.catalogue import Image, airflow_version, load, parse
from airflow_k8s.images.plan import Planned, check_environments, plan
from airflow_k8s.images.tags import File, content_tag
from airflow_k8s.paths import ROOT

DOCKERFILE = File("Dockerfile", b"FROM base")
INPUTS: dict[str, Any] = {
    "version": "3.3.2",
    "files": [DOCKERFILE, File("a", b"1")],
    "parent": "base:1",
    "args": {"R_RELEASE": "4.5", "X": "1"},
    "labels": {"title": "x"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"version": "3.3.3"},
        {"parent": "base:2"},
        {"args": {"R_RELEASE": "4.6", "X": "1"}},
        {"args": {}},
        {"labels": {"title": "y"}},
        {"files": [DOCKERFILE]},
        {"files": [DOCKERFILE, File("a", b"2")]},
        {"files": [DOCKERFILE, File("b", b"1")]},
        {"files": [DOCKERFILE, File("a", b"1", executable=True)]},
        {"files": [DOCKERFILE, File("a", b""), File("1", b"")]},
    ],
    ids=str,
)
def test_every_input_counts(change: dict[str, Any]) -> None:
    assert content_tag(**{**INPUTS, **change}) != content_tag(**INPUTS)


@pytest.mark.parametrize(
    "change",
    [{"files": [File("a", b"1"), DOCKERFILE]}, {"args": {"X": "1", "R_RELEASE": "4.5"}}],
    ids=["order of files", "order of arguments"],
)
def test_order_does_not_count(change: dict[str, Any]) -> None:
    assert content_tag(**{**INPUTS, **change}) == content_tag(**INPUTS)


def test_a_tag_is_the_version_and_twelve_digits() -> None:
    version, digits = content_tag(**INPUTS).split("-")
    assert version == "3.3.2"
    assert len(digits) == 12
    assert int(digits, 16) >= 0


def test_a_tag_is_the_same_on_every_machine_and_in_every_release_of_this_code() -> None:
    assert content_tag(**INPUTS) == "3.3.2-e3688bd41694"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the images base, r-data, which has no Dockerfile of its own, and the builder tools."""
    for name in ("tools", "base", "r-data"):
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "Dockerfile").write_text("FROM x")
    (tmp_path / "images" / "r-data" / "Dockerfile").rename(tmp_path / "images" / "Dockerfile")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "code.py").write_text("pass")
    return tmp_path


def planned(root: Path) -> dict[str, Planned]:
    about = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}}
    base, child, tools = {**about, "sources": ["src"]}, {**about, "parent": "base"}, {**about, "builder": True}
    images = {"base": base, "r-data": child, "tools": tools}
    return {image.name: image for image in plan(parse({"debian": "trixie", "images": images}), "3.3.2", root)}


def tags(root: Path) -> dict[str, str]:
    return {name: image.tag for name, image in planned(root).items()}


SAME: dict[str, Callable[[Path], object]] = {
    "time": lambda root: os.utime(root / "images/base/Dockerfile", (0, 0)),
    "umask": lambda root: (root / "images/base/Dockerfile").chmod(0o600),
    "bytecode": lambda root: write(root / "src/__pycache__/code.pyc"),
    "an editor's file": lambda root: write(root / "images/base/Dockerfile~"),
    "a wish, for its lock counts": lambda root: write(root / "images/base/requirements.in"),
    "a note": lambda root: write(root / "images/base/README.md"),
    "a git folder": lambda root: write(root / "src/.git/HEAD"),
    "a file elsewhere": lambda root: write(root / "charts/x.yaml"),
}


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new")


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_no_image_holds_does_not_count(checkout: Path, change: Callable[[Path], object]) -> None:
    before = tags(checkout)
    change(checkout)
    assert tags(checkout) == before


CHANGED: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a Dockerfile": (lambda root: write(root / "images/r-data/Dockerfile"), {"r-data"}),
    "the Dockerfile of those that have none": (lambda root: write(root / "images/Dockerfile"), {"r-data"}),
    "a builder": (lambda root: write(root / "images/tools/Dockerfile"), {"tools", "base", "r-data"}),
    "a parent's Dockerfile": (lambda root: write(root / "images/base/Dockerfile"), {"base", "r-data"}),
    "a source": (lambda root: write(root / "src/code.py"), {"base", "r-data"}),
    "a new file that git does not know": (lambda root: write(root / "images/r-data/new"), {"r-data"}),
    "an exec bit": (lambda root: (root / "src/code.py").chmod(0o755), {"base", "r-data"}),
}


@pytest.mark.parametrize(("change", "changed"), CHANGED.values(), ids=CHANGED)
def test_a_change_changes_its_image_and_the_children(
    checkout: Path, change: Callable[[Path], object], changed: set[str]
) -> None:
    before = tags(checkout)
    change(checkout)
    after = tags(checkout)
    assert {name for name in after if after[name] != before[name]} == changed


@pytest.mark.parametrize(
    ("declared", "locked", "words"),
    [
        ({"old": "for old code"}, [], r"Environment `old` of `base` is not locked.*images lock base"),
        ({}, ["environments/old.txt"], r"images/base/environments/old.txt belongs to no environment of `base`"),
    ],
    ids=["declared only", "locked only"],
)
def test_environments_are_declared_and_locked(declared: dict[str, str], locked: list[str], words: str) -> None:
    about = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}, "environments": declared}
    with pytest.raises(UserError, match=words):
        check_environments("base", Image.model_validate(about), [File(path, b"") for path in locked])


@pytest.fixture
def clone(tmp_path: Path) -> Callable[[str], Path]:
    """Clone this checkout, as far as it is committed."""

    def cloned(name: str) -> Path:
        command = ["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(tmp_path / name)]
        subprocess.run(command, check=True, capture_output=True)
        return tmp_path / name

    return cloned


def real_tags(root: Path) -> dict[str, str]:
    """The tags of the whole catalogue of a checkout."""
    images = load(root / "images" / "catalogue.yaml")
    return {image.name: image.tag for image in plan(images, airflow_version(), root)}


def test_a_clean_clone_gives_the_tags_of_a_working_copy_that_was_worked_in(clone: Callable[[str], Path]) -> None:
    before = os.umask(0o077)
    try:
        dirty = clone("dirty")
        for folder in {path.parent for path in (*dirty.glob("images/**/*"), *dirty.glob("src/**/*"))}:
            for junk in ("__pycache__/x.cpython-313.pyc", ".mypy_cache/x", "x.py~", "#x.py#", ".x.swp", ".DS_Store"):
                write(folder / junk)
        for path in dirty.glob("**/*"):
            os.utime(path, (0, 0))
            path.chmod(path.stat().st_mode & 0o700)
    finally:
        os.umask(before)
    clean = real_tags(clone("clean"))
    assert len(clean) > 3
    assert real_tags(dirty) == clean


def test_a_context_is_exactly_what_the_tag_is_made_from(checkout: Path, tmp_path: Path) -> None:
    write(checkout / "src/__pycache__/code.pyc")
    with context.staged("base", planned(checkout)["base"].files, tmp_path / "contexts") as folder:
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"Dockerfile", "src/code.py"}


def test_two_builds_at_once_do_not_share_a_context_and_leave_none(tmp_path: Path) -> None:
    with context.staged("base", [File("a", b"")], tmp_path) as one, context.staged("base", [], tmp_path) as two:
        assert ([path.name for path in one.iterdir()], list(two.iterdir())) == (["a"], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_modes_in_a_context_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files = [File("sub/run", b"", executable=True), File("sub/read", b"")]
        with context.staged("base", files, tmp_path) as folder:
            modes = {path.name: oct(path.stat().st_mode & 0o777) for path in folder.rglob("*")}
    finally:
        os.umask(before)
    assert modes == {"sub": "0o755", "run": "0o755", "read": "0o644"}
