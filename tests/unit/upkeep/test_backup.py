"""What a backup checks, and what a restore refuses."""

import stat
from pathlib import Path

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.upkeep import backup
from airflow_k8s.upkeep.release import Release

RELEASE = Release("airflow", "airflow", "/nowhere")
ROWS = "COPY public.alembic_version (version_num) FROM stdin;\n{}\n\\.\n"


def _pretend(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Run a script here in the place of a pod's."""
    monkeypatch.setattr(backup, "_in_postgres", lambda release, wanted: ["bash", "-c", script])


def test_a_dump_that_arrived_whole_is_written_and_only_its_owner_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(monkeypatch, "set -euo pipefail; { printf dump | tee /dev/fd/3 | sha256sum >&2; } 3>&1")
    assert backup.backup(RELEASE, tmp_path / "dump") == 4
    assert (tmp_path / "dump").read_text() == "dump"
    assert stat.S_IMODE((tmp_path / "dump").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        pytest.param("printf du; printf dump | sha256sum >&2", "The dump is not whole", id="its end is lost"),
        pytest.param("printf dump", "The dump is not whole", id="no sum"),
        pytest.param("printf du; echo no space >&2; exit 1", "no space", id="pg_dump fails"),
    ],
)
def test_a_dump_that_is_not_whole_leaves_the_last_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, complaint: str
) -> None:
    (tmp_path / "dump").write_text("yesterday's")
    _pretend(monkeypatch, script)
    with pytest.raises(UserError, match=complaint):
        backup.backup(RELEASE, tmp_path / "dump")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("dump", "yesterday's")]


def test_the_revisions_of_airflow_and_fab_are_read_and_no_other_table_is() -> None:
    other = "COPY public.job (id) FROM stdin;\n7\n\\.\n"
    fab = ROWS.replace("alembic_version ", "alembic_version_fab ")
    assert backup.revisions(ROWS.format("a1") + other + fab.format("f1")) == {"a1", "f1"}


@pytest.mark.parametrize(
    ("dumped", "now", "complaint"),
    [
        pytest.param([], ["a1"], "no dump of Airflow's", id="another database"),
        pytest.param(["a0"], ["a1"], "revision a0; the database has a1", id="older"),
        pytest.param(["a1"], ["a1", "f1"], "revision a1; the database has a1 and f1", id="without FAB"),
        pytest.param(["a1"], [], "the database has none", id="empty database"),
    ],
)
def test_a_dump_of_other_tables_is_refused(dumped: list[str], now: list[str], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        backup.comparable(frozenset(dumped), frozenset(now))


def test_a_dump_of_the_same_tables_is_not_refused() -> None:
    backup.comparable(frozenset(["a1", "f1"]), frozenset(["f1", "a1"]))
