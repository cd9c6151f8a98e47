"""The records as a table in a Postgres of the team's choice.

Workers, which know what a try used, and ``reconcile``, which knows what Airflow made of it, write the same rows at any
time and in any order; each statement says what of a row is whose. psycopg2 alone: SQLAlchemy takes half a second.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol

from airflow_k8s.errors import UserError
from airflow_k8s.tracking.record import COLUMNS, TABLE, TaskRun, values

SECONDS_TO_CONNECT = 2
"""The least that libpq takes for an answer."""

LOCK = 0x61_69_72_6B_38_73
"""Postgres' advisory lock for who changes the table: "airk8s" as a number."""

LIBPQ = frozenset(
    {"sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "options", "target_session_attrs", "channel_binding"}
)
"""What an Airflow connection's extra may say to libpq."""

NEVER = object()

Cursor = Any
Parameters = Mapping[str, Any]


class Connection(Protocol):
    """As much of an Airflow connection as a table needs; the SDK's and the models' both have it."""

    conn_id: str
    conn_type: str | None
    host: str | None
    port: int | None
    login: str | None
    password: str | None
    schema: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """What else it says."""


def parameters(connection: Connection) -> Parameters:
    """What libpq needs to know, from an Airflow connection.

    Raises:
        UserError: it is no connection to a Postgres.
    """
    if connection.conn_type not in ("postgres", "postgresql"):
        raise UserError(
            f"The connection {connection.conn_id} cannot hold the records of tasks.",
            f'Its type is "{connection.conn_type}".',
            "Name one of type postgres in the chart's tracking.connection.",
        )
    said = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
        **{key: value for key, value in connection.extra_dejson.items() if key in LIBPQ},
    }
    return {key: value for key, value in said.items() if value not in (None, "")}


@contextmanager
def cursor(where: Parameters) -> Iterator[Cursor]:
    """A cursor on the database, each statement for itself.

    Raises:
        psycopg2.Error: the database does not let us in.
    """
    import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - in the background, not before a task

    connection = psycopg2.connect(**where, connect_timeout=SECONDS_TO_CONNECT, application_name="airflow-k8s")
    with closing(connection):
        connection.autocommit = True
        with connection.cursor() as opened:
            yield opened


def migrate(cursor: Cursor) -> None:
    """Make the table, or add the columns that it lacks; any number may do so at a time.

    Columns are only ever added, so that older images go on writing.
    """
    cursor.execute("begin")
    cursor.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
    for statement in statements():
        cursor.execute(statement)
    cursor.execute("commit")


def statements() -> Iterator[str]:
    """What makes the table and all that it lacks; run again, it changes nothing."""
    yield f"create table if not exists {TABLE} (id {COLUMNS['id'].sql})"
    for name, column in COLUMNS.items():
        yield f"alter table {TABLE} add column if not exists {name} {column.sql}"
        yield f"comment on column {TABLE}.{name} is {quoted(column.sentence)}"
    key = "dag_id, run_id, task_id, map_index, try_number"
    yield f"create index if not exists {TABLE}_try on {TABLE} ({key})"
    yield f"create index if not exists {TABLE}_open on {TABLE} (id) where ended_at is null"
    yield f"create index if not exists {TABLE}_ended on {TABLE} (ended_at)"


def write(where: Parameters, statement: Callable[[Cursor, TaskRun], None], run: TaskRun) -> None:
    """Do one of the statements below, and make or mend the table first where it turns out to need it.

    Raises:
        psycopg2.Error: the database does not let us in, or refuses.
    """
    from psycopg2 import errors  # noqa: PLC0415 - as above

    with cursor(where) as opened:
        try:
            statement(opened, run)
        except (errors.UndefinedTable, errors.UndefinedColumn):
            migrate(opened)
            statement(opened, run)


def quoted(words: str) -> str:
    """A text as SQL writes it.

    Example:
        >>> quoted("Airflow's id")
        "'Airflow''s id'"
    """
    return "'" + words.replace("'", "''") + "'"


def started(cursor: Cursor, run: TaskRun) -> None:
    """Record a try that has begun, or goes on in another pod. What else the row says already stays."""
    _upsert(cursor, run, dict.fromkeys(("pod", "node", "owner"), "excluded.{0}"))


def ended(cursor: Cursor, run: TaskRun) -> None:
    """Record a try's end as its worker saw it: use and error are the worker's, outcome and times are Airflow's."""
    _upsert(
        cursor,
        run,
        {
            **dict.fromkeys(("cpu_seconds", "memory_peak", "error"), "excluded.{0}"),
            "reason": f"case when {TABLE}.reason in ('killed', 'never_started') then excluded.reason"
            f" else coalesce({TABLE}.reason, excluded.reason) end",
        },
    )


def reconciled(cursor: Cursor, run: TaskRun) -> None:
    """Record a try's end as Airflow's database has it. A failure that was seen as such stays one when it is cleared."""
    _upsert(
        cursor,
        run,
        {
            **dict.fromkeys(("started_at", "ended_at"), "coalesce(excluded.{0}, {1}.{0})"),
            "outcome": f"case when {TABLE}.outcome = 'failed' and excluded.outcome = 'retried' then 'failed'"
            " else excluded.outcome end",
        },
    )


def _upsert(cursor: Cursor, run: TaskRun, rules: Mapping[str, str]) -> None:
    """Insert a row, or fill in what it lacks; ``rules`` say for which columns something else holds."""
    row = {name: value for name, value in values(run).items() if value is not None}
    updates = [
        f"{name} = {rules.get(name, 'coalesce({1}.{0}, excluded.{0})').format(name, TABLE)}"
        for name in row
        if name != "id"
    ]
    places = ", ".join(f"%({name})s" for name in row)
    cursor.execute(
        f"insert into {TABLE} ({', '.join(row)}) values ({places}) on conflict (id) do update set {', '.join(updates)}",  # noqa: S608
        row,
    )


def still_open(cursor: Cursor) -> list[str]:
    """The ids of the tries that have no end yet."""
    cursor.execute(f"select id::text from {TABLE} where ended_at is null")  # noqa: S608
    return [row[0] for row in cursor.fetchall()]


def unknown(cursor: Cursor, runs: Sequence[TaskRun]) -> list[TaskRun]:
    """Those of some ended tries whose rows do not say yet what these say."""
    cursor.execute(
        f"select id::text, outcome, queued_at from {TABLE} where id = any(%s::uuid[]) and ended_at is not null",  # noqa: S608
        ([run.id for run in runs],),
    )
    known = {(id_, outcome): queued_at for id_, outcome, queued_at in cursor.fetchall()}
    return [run for run in runs if known.get((run.id, run.outcome), NEVER) != run.queued_at]


PODS_OWN = ("pod", "node", "image", "digest", "team", "cpu_asked", "memory_asked", "cpu_seconds", "memory_peak")
"""What a pod says that a row may lack."""

KEY = ("dag_id", "run_id", "task_id", "map_index", "try_number")
"""What names a try to a pod, which does not know its id."""

POD = f"""
update {TABLE} set
    {", ".join(f"{name} = coalesce({TABLE}.{name}, %({name})s)" for name in PODS_OWN)},
    reason = case when outcome in ('failed', 'retried') and (%(since)s::timestamptz is null or ended_at > %(since)s)
        then coalesce(%(reason)s, reason) else reason end,
    error = case when outcome in ('failed', 'retried') and (%(since)s::timestamptz is null or ended_at > %(since)s)
        then coalesce(error, %(error)s) else error end
where {" and ".join(f"{name} = %({name})s" for name in KEY)}
returning ended_at is not null
"""  # noqa: S608 - names of ours


def tell_of_pod(cursor: Cursor, facts: Mapping[str, Any]) -> bool:
    """Add what is known of a try's pod to its row.

    Args:
        cursor: on the table.
        facts: the columns of KEY and PODS_OWN, ``reason`` and ``error``, and ``since``: the cause of a failure that
            had ended before is another.

    Returns:
        Whether the row has its end, so that nothing of this need be told again.
    """
    cursor.execute(POD, facts)
    told: Iterable[tuple[bool]] = cursor.fetchall()
    return any(closed for (closed,) in told)
