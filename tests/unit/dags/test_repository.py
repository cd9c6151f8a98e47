"""The copy of a repository: what it serves, and what it says where it cannot fetch. Git itself is asked."""

import http.server
import shutil
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from airflow_k8s.dags.repository import Repository
from airflow_k8s.errors import UserError
from tests.unit.dags.conftest import Commit, git


def test_the_newest_commit_is_served(repository: Repository, commit: Commit) -> None:
    assert repository.served() is None
    commit(one="1")
    newest = commit(one="2")
    assert repository.fetch() == repository.served() == newest


def test_only_the_subfolder_is_packed(repository: Repository, commit: Commit, site: Path, tmp_path: Path) -> None:
    (site / "README.md").write_text("not a DAG")
    commit(one="1")
    repository.pack(repository.fetch(), tmp_path / "packed")
    with tarfile.open(tmp_path / "packed") as packed:
        assert packed.getnames() == ["one.py"]


def test_a_commit_that_its_branch_has_lost_stays(repository: Repository, commit: Commit, site: Path) -> None:
    first = commit(one="1")
    lost = commit(one="2")
    repository.fetch()
    git(site, "reset", "--quiet", "--hard", first)
    newest = commit(one="3")
    assert repository.fetch() == newest
    git(site, "reflog", "expire", "--expire=now", "--all")
    git(site, "gc", "--quiet", "--prune=now")
    git(repository.copy, "gc", "--quiet")
    assert repository.has(lost)


def test_a_commit_that_the_volume_has_lost_is_fetched_again(repository: Repository, commit: Commit, site: Path) -> None:
    first = commit(one="1")
    git(site, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(site, "checkout", "--quiet", "--orphan", "anew")
    git(site, "branch", "--quiet", "--move", "--force", "main")
    git(site, "tag", "kept", first)
    commit(one="2")
    repository.fetch()
    assert repository.has(first)


def test_an_unknown_commit_is_not_there(repository: Repository, commit: Commit) -> None:
    commit(one="1")
    repository.fetch()
    assert not repository.has("0" * 40)


def test_a_tag_will_do_for_a_branch(repository: Repository, commit: Commit, site: Path) -> None:
    tagged = commit(one="1")
    git(site, "tag", "--annotate", "--message=release", "v1")
    commit(one="2")
    assert replace(repository, branch="v1").fetch() == tagged


def test_what_was_killed_in_the_middle_goes_on(repository: Repository, commit: Commit) -> None:
    commit(one="1")
    repository.fetch()
    newest = commit(one="2")
    (repository.copy / "refs/airflow-k8s/served.lock").touch()
    with pytest.raises(UserError, match="lock"):
        repository.fetch()
    repository.open()
    assert repository.fetch() == newest


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"branch": "mian"}, r"from mian of file://.* It has no such branch or tag\. .* Correct dags\.git\.branch\."),
        ({"subfolder": "dgas"}, r"It has no folder dgas\. Correct dags\.git\.subfolder\."),
        ({"url": "file:///nowhere"}, r"There is no repository at that address, .* Correct dags\.git\.url"),
        ({"url": "https://nowhere.invalid/dags"}, r"Nobody knows the name of its host\. .* Correct dags\.git\.url"),
        ({"url": "http://127.0.0.1:1/dags"}, r"It does not answer\. .* See whether it is up"),
        ({"url": "ssh://git@127.0.0.1:1/dags"}, r"It does not answer\. .* See whether it is up"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_what_is_wrong_is_said_and_the_old_is_served_on(
    repository: Repository, commit: Commit, wrong: dict[str, str], said: str
) -> None:
    old = commit(one="1")
    repository.fetch()
    with pytest.raises(UserError, match=said):
        replace(repository, **wrong).fetch()
    assert repository.served() == old


def test_a_repository_that_goes_away_leaves_what_it_gave(repository: Repository, commit: Commit, site: Path) -> None:
    old = commit(one="1")
    repository.fetch()
    shutil.rmtree(site)
    with pytest.raises(UserError):
        repository.fetch()
    repository.open()
    assert repository.served() == old
    assert repository.has(old)


class Guarded(http.server.SimpleHTTPRequestHandler):
    """Files for whoever is ada, and for nobody else."""

    def do_GET(self) -> None:
        """Let ada in: ada:s3cret, as HTTP writes it."""
        if self.headers["Authorization"] == "Basic YWRhOnMzY3JldA==":
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def guarded(site: Path) -> Iterator[str]:
    def handler(*words: Any) -> Guarded:
        return Guarded(*words, directory=str(site / ".git"))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_credentials_of_the_secret_open_the_repository(
    repository: Repository, commit: Commit, site: Path, guarded: str
) -> None:
    newest = commit(one="1")
    git(site, "update-server-info")
    outside = replace(repository, url=guarded)
    with pytest.raises(UserError, match=r"It does not let us in\. .* the Secret that dags\.git\.secret names\."):
        outside.fetch()
    repository.secret.mkdir()
    (repository.secret / "username").write_text("ada")
    (repository.secret / "password").write_text("wrong")
    with pytest.raises(UserError, match="It does not let us in") as refused:
        outside.fetch()
    assert "wrong" not in str(refused.value)
    (repository.secret / "password").write_text("s3cret")
    assert outside.fetch() == newest
    assert "s3cret" not in (repository.copy / "config").read_text()
