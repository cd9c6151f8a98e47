"""Airflow's bundle over the copy, as the DAG processor and a task's pod use it."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.bundles import base

from airflow_k8s.dags import bundle
from airflow_k8s.dags.bundle import GitBundle
from airflow_k8s.dags.mirror import PACKED, PROBLEM, Mirror
from airflow_k8s.errors import UserError
from tests.unit.conftest import Serve
from tests.unit.dags.conftest import Commit, git

Bundle = Callable[..., GitBundle]


@pytest.fixture
def of(serve: Serve, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """A bundle of this version, on a disk of its own."""
    url = serve(mirror.application())
    numbers = iter(range(9))

    def make(version: str | None = None) -> GitBundle:
        disk = tmp_path / f"disk{next(numbers)}"
        monkeypatch.setattr(base, "get_bundle_storage_root_path", lambda: disk)
        return GitBundle(name="dags-folder", mirror=url, version=version)

    return make


def look(mirror: Mirror) -> None:
    asyncio.run(mirror.look())


def test_the_newest_files_come_and_give_way_to_newer_ones(of: Bundle, mirror: Mirror, commit: Commit) -> None:
    first = commit(one="1", gone="0")
    look(mirror)
    found = of()
    found.initialize()
    assert (found.path / "one.py").read_text() == "1"
    assert found.get_current_version().version == first
    (mirror.repository.home.parent / "site/dags/gone.py").unlink()
    second = commit(one="2")
    look(mirror)
    before = found.path
    found.refresh()
    assert found.path == before
    assert [file.name for file in found.path.iterdir()] == ["one.py"]
    assert found.get_current_version().version == second
    assert [tree.name for tree in (found.base_dir / "trees").iterdir()] == [second]


def test_a_run_has_the_files_that_it_began_with(of: Bundle, mirror: Mirror, commit: Commit) -> None:
    first = commit(one="1")
    look(mirror)
    commit(one="2")
    look(mirror)
    of_run = of(first)
    of_run.initialize()
    of_run.refresh()
    assert (of_run.path / "one.py").read_text() == "1"
    assert of_run.get_current_version().version == first
    assert of_run.path.name == first


def test_what_callbacks_of_old_runs_needed_goes_after_a_day(of: Bundle, mirror: Mirror, commit: Commit) -> None:
    commit(one="1")
    look(mirror)
    found = of()
    found.initialize()
    for name, age in (("young", 60), ("old", 90_000)):
        (found.versions_dir / name).mkdir(parents=True)
        os.utime(found.versions_dir / name, (time.time() - age,) * 2)
    found.refresh()
    assert [tree.name for tree in found.versions_dir.iterdir()] == ["young"]


def test_every_file_of_a_new_commit_is_read_anew(of: Bundle, mirror: Mirror, commit: Commit) -> None:
    """Airflow reads a file at once that changed after its last reading; a commit may be older than that."""
    commit(one="1")
    look(mirror)
    before = time.time()
    found = of()
    found.initialize()
    assert (found.path / "one.py").stat().st_mtime > before


def test_before_the_first_commit_it_says_why_there_is_nothing(of: Bundle, mirror: Mirror) -> None:
    look(mirror)
    with pytest.raises(UserError, match=r"No DAGs could be fetched .* It has no such branch or tag"):
        of().initialize()


def test_a_commit_that_is_nowhere_is_said_to_be_lost(of: Bundle, mirror: Mirror, commit: Commit) -> None:
    commit(one="1")
    look(mirror)
    with pytest.raises(UserError, match=f"has commit {'0' * 40} no more"):
        of("0" * 40).initialize()


def test_a_disk_on_which_nothing_can_be_packed_is_told_to_whoever_asks(
    of: Bundle, mirror: Mirror, commit: Commit
) -> None:
    first = commit(one="1")
    look(mirror)
    in_the_way = mirror.scratch / f"{first}.tar.part"
    in_the_way.mkdir()
    with pytest.raises(UserError, match=r"gives no DAG files\. It says: .*git"):
        of(first).initialize()
    in_the_way.rmdir()
    of(first).initialize()


def test_a_task_waits_for_a_copy_that_is_away(
    of: Bundle, mirror: Mirror, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "PATIENCE", 10)
    first = commit(one="1")
    waiting = of(first)
    asked = []

    def ask(path: str, real: Any = waiting._ask) -> Any:
        asked.append(path)
        if len(asked) == 1:
            raise ConnectionRefusedError
        return real(path)

    monkeypatch.setattr(waiting, "_ask", ask)
    look(mirror)
    waiting.initialize()
    assert (waiting.path / "one.py").exists()
    assert len(asked) == 2


def test_a_repository_that_went_away_leaves_all_that_was_fetched(
    of: Bundle, mirror: Mirror, commit: Commit, site: Path
) -> None:
    first = commit(one="1")
    look(mirror)
    shutil.rmtree(site)
    look(mirror)
    assert "No DAGs could be fetched" in (mirror.scratch / PROBLEM).read_text()
    for version in (None, first):
        found = of(version)
        found.initialize()
        assert (found.path / "one.py").read_text() == "1"


def test_the_problem_is_gone_when_it_is(mirror: Mirror, commit: Commit) -> None:
    look(mirror)
    assert (mirror.scratch / PROBLEM).exists()
    commit(one="1")
    look(mirror)
    assert not (mirror.scratch / PROBLEM).exists()


def test_few_commits_are_kept_packed(of: Bundle, mirror: Mirror, commit: Commit, site: Path) -> None:
    commits = [commit(one=str(number)) for number in range(PACKED + 2)]
    look(mirror)
    for number, version in enumerate(commits):
        mirror._pack(version, file := mirror.scratch / f"{version}.tar.gz")
        os.utime(file, (number, number))
    assert len(list(mirror.scratch.glob("*.tar.gz"))) == PACKED


def test_an_empty_folder_of_dags_is_a_bundle_without_dags(of: Bundle, mirror: Mirror, site: Path) -> None:
    (site / "dags").mkdir()
    (site / "dags/.gitkeep").touch()
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "--message=empty")
    look(mirror)
    found = of()
    found.initialize()
    assert found.path.is_dir()
