"""A repository as a site has one, and the copy of it that hands out its files."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_k8s.dags.mirror import Mirror
from airflow_k8s.dags.repository import Repository

IDENTITY = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

Commit = Callable[..., str]


def git(folder: Path, *words: str) -> str:
    """What git says in a folder."""
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(
        command, env=os.environ | IDENTITY | settings, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site's repository."""
    folder = tmp_path / "site"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


@pytest.fixture
def commit(site: Path) -> Commit:
    """Write files, commit them, and return the commit."""

    def act(**files: str) -> str:
        for name, text in files.items():
            file = site / "dags" / f"{name}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        git(site, "add", "--all")
        git(site, "commit", "--quiet", "--message=change")
        return git(site, "rev-parse", "HEAD")

    return act


@pytest.fixture
def repository(site: Path, tmp_path: Path) -> Repository:
    """The copy, open and still empty."""
    home = tmp_path / "scratch"
    home.mkdir()
    found = Repository(f"file://{site}", "main", "dags", tmp_path / "copy", tmp_path / "secret", home)
    found.open()
    return found


@pytest.fixture
def mirror(repository: Repository) -> Mirror:
    """What hands out its files."""
    return Mirror(repository, repository.home)
