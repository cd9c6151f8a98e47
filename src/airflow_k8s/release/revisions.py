"""Tell whether the database has the tables of this image, without importing Airflow.

`airflow db check-migrations` says the same for nine CPU-seconds; each component asks at its start.
"""

import re
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from airflow_k8s.release.database import Cursor

VERSIONS = {
    "alembic_version": "airflow/migrations/versions",
    "alembic_version_fab": "airflow/providers/fab/migrations/versions",
}
"""Alembic's table, and where its revisions lie; `airflow db migrate` serves those of every installed provider."""


def heads(sources: Iterable[str]) -> set[str]:
    r"""The revisions that no other follows, read from the text of Alembic's revision files.

    Example:
        >>> heads(['revision = "a1"\\\ndown_revision = None', 'revision = "b2"\\\ndown_revision = "a1"'])
        {'b2'}
    """
    revisions: set[str] = set()
    followed: set[str] = set()
    for source in sources:
        for name, value in re.findall(r"^(revision|down_revision)\b[^=\n]*=(.*)$", source, re.MULTILINE):
            (revisions if name == "revision" else followed).update(re.findall(r"[\"'](\w+)[\"']", value))
    return revisions - followed


def wanted(library: Path | None = None) -> dict[str, set[str]]:
    """What each version table should say, from the Airflow that is installed in ``library``."""
    root = library or Path(sysconfig.get_paths()["purelib"])
    found = {table: heads(file.read_text() for file in (root / path).glob("*.py")) for table, path in VERSIONS.items()}
    return {table: revisions for table, revisions in found.items() if revisions}


def present(cursor: Cursor, table: str) -> set[str]:
    """What a version table says; empty where there is no such table."""
    cursor.execute("select to_regclass(%s)", (table,))
    if cursor.fetchone()[0] is None:
        return set()
    cursor.execute(f"select version_num from {table}")  # noqa: S608 - a name of ours
    return {row[0] for row in cursor.fetchall()}


def migrated(cursor: Cursor) -> bool:
    """Whether the database has the tables of this image."""
    return all(present(cursor, table) == revisions for table, revisions in wanted().items())
