"""Reach the metadata database, and say in a sentence why not.

Without Airflow: importing that costs seconds, and some of this runs every minute.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg2  # type: ignore[import-untyped]

from airflow_k8s.errors import UserError

URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
PAUSE = 2.0
"""Seconds between two tries."""

CONNECT_ARGS = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 10,
    "keepalives_count": 2,
    "tcp_user_timeout": 30_000,
}
"""How long libpq waits for a server that says nothing, in seconds, the last in milliseconds; for Airflow, too.

A pod that is killed says no goodbye: Linux asks it for two minutes, and an open connection for two hours.
Source: https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

Cursor = Any
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Refusal:
    """Why a database did not let us in."""

    what: str
    remedy: str
    passes: bool
    """Whether it may pass by itself: a host that still starts does, a wrong password does not."""


_REFUSALS = (
    ("could not translate host name", "The database's host name is unknown.", "Check database.host.", True),
    ("connection refused", "Nothing listens on the database's host and port.", "Check database.port.", True),
    ("timeout expired|timed out", "The database's host does not answer.", "Check database.host and firewalls.", True),
    ("no route to host|unreachable", "There is no way to the database's host.", "Check the network.", True),
    ("starting up|shutting down|recovery mode", "The database is starting or stopping.", "Wait, and try again.", True),
    ("too many (clients|connections)", "The database has no connection left.", "Raise its max_connections.", True),
    (
        "password authentication failed|no password",
        "The database refuses the password.",
        "Compare the password in the Secret (database.passwordSecret) with the database.",
        False,
    ),
    (
        'database "[^"]*" does not exist',
        "The server has no database of that name.",
        "Create it, or check database.name.",
        False,
    ),
    ('role "[^"]*" does not exist', "The database knows no such user.", "Create it, or check database.user.", False),
    ("no pg_hba.conf entry", "The database admits no such user from here.", "Add a line to its pg_hba.conf.", False),
)


def explain(words: str) -> Refusal:
    """Turn libpq's words into ours.

    Args:
        words: what psycopg2 said when it could not connect.

    Example:
        >>> explain('FATAL: password authentication failed for user "airflow"').what
        'The database refuses the password.'
    """
    for pattern, what, remedy, passes in _REFUSALS:
        if re.search(pattern, words, re.IGNORECASE):
            return Refusal(what, remedy, passes)
    return Refusal("The database cannot be reached.", "Check the values under database.", passes=True)


class NoDatabaseError(UserError):
    """No way into the database.

    Args:
        words: what psycopg2 said.
    """

    def __init__(self, words: str) -> None:
        refusal = explain(words)
        super().__init__(refusal.what, f"It said: {' '.join(words.split())}.", refusal.remedy)
        self.passes = refusal.passes


def dsn(url: str) -> str:
    """The URL as libpq takes it, without SQLAlchemy's driver name.

    Example:
        >>> dsn("postgresql+psycopg2://airflow@db:5432/airflow")
        'postgresql://airflow@db:5432/airflow'
    """
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


@contextmanager
def cursor() -> Iterator[Cursor]:
    """A cursor on the database that Airflow's own variable names; libpq adds the password from PGPASSWORD.

    Raises:
        NoDatabaseError: it does not let us in.
    """
    try:
        connection = psycopg2.connect(dsn(os.environ[URL]), **CONNECT_ARGS)
    except psycopg2.OperationalError as error:
        raise NoDatabaseError(str(error)) from error
    with closing(connection), connection.cursor() as opened:
        yield opened


def until(done: Callable[[], Answer | None], patience: float | None = None, pause: float = PAUSE) -> Answer:
    """Ask again and again until there is an answer, and say each new reason for waiting once.

    Args:
        done: what is asked; None or a refusal that passes means not yet.
        patience: seconds to go on; None is for ever.
        pause: seconds between two tries.

    Raises:
        NoDatabaseError: one that does not pass, or the patience is over.
    """
    end = time.monotonic() + (float("inf") if patience is None else patience)
    said = ""
    while True:
        reason = "The tables are not there yet."
        try:
            if (answer := done()) is not None:
                return answer
        except NoDatabaseError as error:
            if not error.passes or time.monotonic() >= end:
                raise
            reason = error.what
        if reason != said:
            print(f"Waiting: {reason}", flush=True)  # noqa: T201
            said = reason
        time.sleep(pause)
