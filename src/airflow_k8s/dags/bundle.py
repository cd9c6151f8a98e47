"""DAG files from the copy of the site's repository that this release keeps. What every pod with DAGs loads.

Airflow's own GitDagBundle clones the repository in every task's pod: it wants git, a credential and a second or more in
each of them. Here a pod asks the copy for the files of one commit.
"""

import os
import shutil
import tarfile
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from airflow.dag_processing.bundles.base import BaseDagBundle, BundleVersion

from airflow_k8s.errors import UserError

PATIENCE = 300.0 if os.environ.get("AIRFLOW_IS_K8S_EXECUTOR_POD") else 0.0
"""Seconds for which a task waits for the copy, which may be on its way to another node; others ask again anyway."""

TIMEOUT = 30
"""Seconds in which the copy must say something."""

DAY = 86_400.0

AHEAD = 2.0
"""Seconds by which files are younger than they are: one that is being read meanwhile must be read again."""


class GitBundle(BaseDagBundle):
    """The files of the newest commit, or of the one that a run began with.

    Args:
        mirror: address of the copy: http://airflow-dags:8000.
        named: what every bundle takes.
    """

    supports_versioning = True

    def __init__(self, *, mirror: str, **named: Any) -> None:
        super().__init__(**named)
        self._mirror = mirror

    @property
    def path(self) -> Path:
        """Where the files are."""
        return self.versions_dir / self.version if self.version else self.base_dir / "newest"

    def initialize(self) -> None:
        """Get the files, unless they are here."""
        with self.lock():
            if not self.version:
                self._renew()
            elif not self.path.exists():
                _patiently(lambda: self._unpack(str(self.version), self.path))
        super().initialize()

    def refresh(self) -> None:
        """Get those of the newest commit, where there is a newer one; a run keeps its own."""
        with self.lock():
            if not self.version:
                self._renew()

    def get_current_version(self) -> BundleVersion:
        """The commit."""
        return BundleVersion(self.version or self.path.readlink().name)

    def _renew(self) -> None:
        newest = _patiently(lambda: self._ask("/head").read().decode())
        trees = self.base_dir / "trees"
        if not (trees / newest).exists():
            _patiently(lambda: self._unpack(newest, trees / newest))
        link = self.base_dir / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(trees / newest)
        link.rename(self.path)
        _forget(trees, keep=newest)
        _forget(self.versions_dir, older=DAY)

    def _unpack(self, commit: str, folder: Path) -> None:
        born = time.time() + AHEAD
        part = folder.with_name(f".{folder.name}")
        shutil.rmtree(part, ignore_errors=True)
        with tarfile.open(fileobj=self._ask(f"/commits/{commit}"), mode="r|gz") as tree:
            # The tar filter: nothing outside the folder. What is inside is code that this pod runs anyway.
            tree.extractall(part, filter=lambda one, to: tarfile.tar_filter(one.replace(mtime=born), to))  # noqa: S202
        part.mkdir(parents=True, exist_ok=True)  # a folder without files is in no archive
        part.rename(folder)

    def _ask(self, path: str) -> HTTPResponse:
        """An answer of the copy. Not by urllib: a proxy of the site's is for what is outside."""
        connection = HTTPConnection(urlsplit(self._mirror).netloc, timeout=TIMEOUT)
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status == 200:
            return answer
        said = answer.read().decode()
        if answer.status == 404:
            raise UserError("The DAG's files are not to be had.", said, "Start the run anew, with today's files.")
        raise NotYetError(said)


def _forget(trees: Path, keep: str = "", older: float = 0) -> None:
    """Remove what is no longer read: versions come here for the callbacks of runs that ended."""
    for tree in trees.iterdir() if trees.exists() else ():
        if tree.name != keep and tree.stat().st_mtime <= time.time() - older:
            shutil.rmtree(tree)


class NotYetError(OSError):
    """The copy has nothing yet."""


def _patiently(act: Callable[[], Any]) -> Any:
    until, pause = time.monotonic() + PATIENCE, 0.5
    while True:
        try:
            return act()
        except (OSError, HTTPException, tarfile.ReadError) as problem:
            if time.monotonic() > until:
                raise UserError(
                    "The copy of the site's repository gives no DAG files.",
                    f"It says: {problem}",
                    "See `kubectl describe pod` and the log of the pod of component dags.",
                ) from problem
        time.sleep(pause)
        pause = min(2 * pause, 10)
