"""A dump of the bundled Postgres as a file here, and the way back.

All goes through the shell of the Postgres pod, so that its password is never seen, and its programs have its version.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from airflow_k8s import process
from airflow_k8s.errors import UserError
from airflow_k8s.upkeep.release import Release, idle, stopped

TABLES = ("alembic_version", "alembic_version_fab")
"""Where Alembic keeps the revision of Airflow's tables, and of FAB's."""
_OPEN = 'set -euo pipefail; export PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"; '
_WHO = '--username="$POSTGRES_USER" --dbname="$POSTGRES_DB"'
# What comes out is counted there, too: a stream through `kubectl exec` can lose its end and look well.
DUMP = f"{_OPEN}{{ pg_dump {_WHO} --format=custom | tee /dev/fd/3 | sha256sum >&2; }} 3>&1"
_ALEMBIC = "--data-only " + " ".join(f"--table={table}" for table in TABLES)
NOW = f"{_OPEN}pg_dump {_WHO} {_ALEMBIC}"
# `cat` reads what pg_restore leaves, or kubectl waits for a reader.
DUMPED = f"pg_restore {_ALEMBIC} --file=-; said=$?; cat > /dev/null; exit $said"
# In one transaction: a restore that fails leaves everything as it was.
RESTORE = f"{_OPEN}pg_restore {_WHO} --clean --if-exists --no-owner --no-acl --single-transaction --exit-on-error"


def backup(release: Release, file: Path) -> int:
    """Write a dump of the database; the platform goes on meanwhile, the dump is of one moment.

    Args:
        release: whose database.
        file: what is written; it is there only once it is whole.

    Returns:
        Its size in bytes.

    Raises:
        UserError: the dump failed, or did not arrive as it was sent.
    """
    with _whole(file) as target:
        said = process.stream(_in_postgres(release, DUMP), target=target, env=release.env)
        if digest(Path(target.name)) != sent(said):
            raise UserError("The dump is not whole.", "The stream from the pod lost a part.", "Run it again.")
    return file.stat().st_size


def restore(release: Release, file: Path) -> None:
    """Put a dump in the place of what the database holds; the servers stop meanwhile.

    Raises:
        UserError: tasks run, the dump is of other tables, or Postgres refuses it; nothing is changed then.
    """
    comparable(revisions(_dumped(release, file)), revisions(_now(release)))
    idle(release)
    with stopped(release), file.open("rb") as source:
        idle(release)  # one more may have started before the scheduler ended
        process.stream(_in_postgres(release, RESTORE), source=source, env=release.env)


def revisions(sql: str) -> frozenset[str]:
    r"""What the rows of Alembic's tables say, in the SQL that pg_dump and pg_restore write.

    Example:
        >>> revisions("SET x;\nCOPY public.alembic_version (version_num) FROM stdin;\na1b2\n\\.\n")
        frozenset({'a1b2'})
    """
    blocks = re.findall(r"^COPY [\w.]+ \(version_num\) FROM stdin;\n(.*?)^\\\.$", sql, re.MULTILINE | re.DOTALL)
    return frozenset(row for block in blocks for row in block.split())


def comparable(dumped: frozenset[str], now: frozenset[str]) -> None:
    """See that a dump has the tables that the servers want.

    Raises:
        UserError: it has others.
    """
    if not dumped:
        raise UserError("This is no dump of Airflow's database.", "It has no alembic_version.", "Give another file.")
    if dumped != now:
        raise UserError(
            f"The dump has the tables of another Airflow: revision {_told(dumped)}; the database has {_told(now)}.",
            "Servers of this version cannot work with them.",
            "Install the chart that the dump was made with on an empty database, restore there, and then upgrade.",
        )


def sent(said: str) -> str:
    """The SHA-256 that the pod told of what it sent; kubectl may say something beside it.

    Example:
        >>> sent("Warning: x\\n" + 64 * "a" + "  -\\n") == 64 * "a"
        True
    """
    return "".join(re.findall(r"^([0-9a-f]{64})  -$", said, re.MULTILINE)[-1:])


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """A file beside another that takes its place when the block went well; nobody else may read it."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as target:
            part.chmod(0o600)
            yield target
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _in_postgres(release: Release, script: str) -> list[str]:
    pod = f"{release.name}-postgres-0"
    return release.command("exec", "--stdin", pod, "--container=postgres", "--", "bash", "-c", script)


def _now(release: Release) -> str:
    return process.run(_in_postgres(release, NOW), env=release.env)


def _dumped(release: Release, file: Path) -> str:
    with TemporaryFile() as target, file.open("rb") as source:
        process.stream(_in_postgres(release, DUMPED), source=source, target=target, env=release.env)
        target.seek(0)
        return target.read().decode()


def _told(revisions: frozenset[str]) -> str:
    return " and ".join(sorted(revisions)) or "none"
