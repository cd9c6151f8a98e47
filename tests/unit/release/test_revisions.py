"""The tables that an image needs, read without importing Airflow: the same that Alembic finds."""

from importlib import import_module
from pathlib import Path

import airflow
import pytest
from alembic.script import ScriptDirectory

from airflow_k8s.release import revisions

AIRFLOW = Path(airflow.__file__).parent


@pytest.mark.parametrize(("table", "path"), revisions.VERSIONS.items())
def test_finds_the_head_that_alembic_finds(table: str, path: str) -> None:
    alembic = ScriptDirectory(str((AIRFLOW.parent / path).parent))
    assert revisions.wanted()[table] == set(alembic.get_heads())


def test_knows_the_tables_of_every_provider_in_the_image() -> None:
    from airflow.providers_manager import ProvidersManager

    managers = [name.rsplit(".", 1) for name in ProvidersManager().db_managers]
    tables = {getattr(import_module(module), manager).version_table_name for module, manager in managers}
    assert tables <= set(revisions.VERSIONS)


@pytest.mark.parametrize(
    ("sources", "heads"),
    [
        ([], set[str]()),
        (['revision = "a"\ndown_revision = None'], {"a"}),
        (["revision: str = 'b'\ndown_revision: str | None = 'a'", 'revision = "a"\ndown_revision = None'], {"b"}),
        (['revision = "c"\ndown_revision = ("a", "b")', 'revision = "a"', 'revision = "b"'], {"c"}),
        (['"""\nRevision ID: x\nRevises: y\n"""\nrevision = "a"\ndown_revision = None'], {"a"}),
    ],
)
def test_heads_are_what_no_other_follows(sources: list[str], heads: set[str]) -> None:
    assert revisions.heads(sources) == heads


class Database:
    """A cursor on version tables."""

    def __init__(self, **tables: set[str]) -> None:
        self.tables = tables
        self.answer: list[tuple[str | None]] = []

    def execute(self, query: str, arguments: tuple[str, ...] = ()) -> None:
        if arguments:
            self.answer = [(arguments[0] if arguments[0] in self.tables else None,)]
        else:
            self.answer = [(version,) for version in self.tables[query.rsplit(" ", 1)[-1]]]

    def fetchone(self) -> tuple[str | None]:
        return self.answer[0]

    def fetchall(self) -> list[tuple[str | None]]:
        return self.answer


def test_an_empty_database_is_not_migrated() -> None:
    assert not revisions.migrated(Database())


def test_a_database_at_the_heads_is_migrated() -> None:
    assert revisions.migrated(Database(**revisions.wanted()))


def test_a_database_that_lacks_a_providers_tables_is_not_migrated() -> None:
    core = {"alembic_version": revisions.wanted()["alembic_version"]}
    assert not revisions.migrated(Database(**core, alembic_version_fab={"older"}))
