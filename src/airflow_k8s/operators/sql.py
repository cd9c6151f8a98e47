"""SQL as a task: its rows to the next task, or into a table."""

import json
import re
from collections.abc import Sequence
from contextlib import closing
from typing import Any, ClassVar, NamedTuple

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk.definitions.context import Context
from airflow.sdk.exceptions import AirflowException

from airflow_k8s.operators import values
from airflow_k8s.operators.on_image import OnImage

BATCH = 1000
"""Rows that are fetched at a time."""


class SQLOperator(OnImage, SQLExecuteQueryOperator):
    """Run SQL, a text or a file, on a connection. Its rows are the task's result, or with ``into`` a table.

    With ``into`` the query is one SELECT, and its result replaces the table, in one transaction: whoever reads the
    table sees the old rows or the new ones, and the task may run again. ``replaces`` names the rows that are replaced,
    where not all are: ``replaces="day = '{{ ds }}'"``.

    Args:
        sql: SQL, or the path of a ``.sql`` file from the DAG file; templated.
        into: the table that takes the result, "scores" or "analytics.scores"; templated.
        replaces: a condition in SQL; only rows for which it holds are replaced. "false" only adds rows; templated.
        kwargs: ``conn_id``, ``parameters`` and so on as SQLExecuteQueryOperator takes them, ``image``, ``cpu`` …
            as OnImage does.

    Returns:
        The rows; with ``into`` the table, its connection and how many rows it got, which ``airflow_xcom_pull()`` in R
        reads as a data frame.

    Raises:
        ValueError: ``replaces`` without ``into``, or no connection.
        AirflowException: more rows than fit into Airflow's database, or with ``into`` no single query.

    Example:
        SQLOperator(task_id="scores", conn_id="warehouse", sql="scores.sql", into="analytics.scores")
    """

    template_fields: Sequence[str] = (*SQLExecuteQueryOperator.template_fields, "into", "replaces")
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **SQLExecuteQueryOperator.template_fields_renderers,
        "replaces": "sql",
    }
    ui_color = "#e8f4ea"

    def __init__(
        self, *, sql: str | list[str], into: str | None = None, replaces: str | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("handler", rows_at_most)
        super().__init__(sql=sql, **kwargs)
        if replaces is not None and into is None:
            raise ValueError("`replaces` names rows of the table in `into`. There is no `into`. Name a table there.")
        if not self.conn_id:
            raise ValueError("SQLOperator got no connection. It needs one to run SQL on. Write conn_id=…")
        self.into, self.replaces = into, replaces

    def execute(self, context: Context) -> Any:
        """Run the SQL and return its rows, or where they are."""
        if self.into is None:
            return super().execute(context)  # type: ignore[no-untyped-call]
        hook, query = self.get_db_hook(), one_query(self.sql)
        columns = self._columns(hook, query) if self.replaces is not None else []
        statements = into_table(query, table_name(self.into), columns, self.replaces)
        return {"table": self.into, "conn": self.conn_id, "rows": self._run_together(hook, statements)}

    def _columns(self, hook: DbApiHook, query: str) -> list[str]:
        """The names of the query's columns, quoted: rows are added by name, not by place."""
        names: Any = hook.run(
            without_rows(query),
            parameters=self.parameters,
            handler=lambda cursor: [column[0] for column in cursor.description],
        )
        # Beside parameters, % is one of their marks.
        percent = "%%" if self.parameters and hook.placeholder == "%s" else "%"
        return [quoted(name, hook.escape_word_format).replace("%", percent) for name in names]

    def _run_together(self, hook: DbApiHook, statements: "Sequence[Statement]") -> int:
        """All of them or none; how many rows the last one wrote."""
        with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
            hook.set_autocommit(connection, autocommit=False)
            for statement in statements:
                self.log.info("Running: %s", statement.sql)
                cursor.execute(statement.sql, *([self.parameters] if self.parameters and statement.asks else []))
            connection.commit()
            return int(cursor.rowcount)


def rows_at_most(cursor: Any) -> list[tuple[Any, ...]] | None:
    """All rows of a query, as far as they fit into Airflow's database.

    Args:
        cursor: of DB-API 2.0, after its query.

    Raises:
        AirflowException: there are more.
    """
    if cursor.description is None:
        return None
    rows: list[tuple[Any, ...]] = []
    size = 0
    while batch := cursor.fetchmany(BATCH):
        rows += batch
        size += len(json.dumps(batch, default=str))
        values.check_size(size, "The query", 'Write it to a table: into="schema.table".')
    return rows


def table_name(text: str) -> str:
    """The name of a table as SQL takes it unquoted, so that nothing else can stand there.

    Raises:
        AirflowException: it is none.

    Example:
        >>> table_name("analytics.scores")
        'analytics.scores'
    """
    parts = text.split(".")
    if len(parts) <= 3 and all(part.isidentifier() for part in parts):
        return text
    why = "A name has letters, digits and underscores, and a dot behind the schema."
    raise AirflowException(f'into="{text}" is not the name of a table. {why} Write "schema.table" or "table".')


def one_query(sql: str | list[str]) -> str:
    """The query without the semicolon behind it.

    Raises:
        AirflowException: there is none, or there are several.

    Example:
        >>> one_query("SELECT 1 AS one; -- that is all")
        'SELECT 1 AS one'
    """
    statements = [one for text in ([sql] if isinstance(sql, str) else sql) for one in _split(text)]
    if len(statements) == 1 and re.match(r"(?is)\(*\s*(select|with|values|table)\b", statements[0]):
        return statements[0]
    shown = f"{len(statements)} statements" if len(statements) != 1 else f'"{statements[0][:40]}"'
    raise AirflowException(f"`into` takes the result of one query. It got {shown}. Write one SELECT.")


def _split(text: str) -> list[str]:
    """Statements without comments: a comment behind the last one would swallow what is put behind it."""
    import sqlparse  # noqa: PLC0415 - only in the task

    plain = sqlparse.format(text, strip_comments=True)
    return [one.strip().rstrip(";").strip() for one in sqlparse.split(plain) if one.strip().strip(";")]


def quoted(name: str, mark: str) -> str:
    """A column's name that may be anything, quoted the database's way.

    Args:
        name: as the database gives it.
        mark: the database's quotes around ``{}``.

    Example:
        >>> quoted('the "best" score', '"{}"')
        '"the ""best"" score"'
    """
    quote = mark[-1]
    return mark.format(name.replace(quote, quote * 2))


class Statement(NamedTuple):
    """A statement, and whether the query is in it with its marks for parameters."""

    sql: str
    asks: bool


def into_table(query: str, table: str, columns: Sequence[str], replaces: str | None) -> list[Statement]:
    """The statements that put a query's result into a table, the one that writes it last.

    Args:
        query: one SELECT.
        table: the table, as SQL takes it.
        columns: the query's columns, quoted; only needed where some rows are replaced.
        replaces: which rows are replaced; None: the whole table.

    Example:
        >>> for statement in into_table("SELECT 1 AS one", "ones", ["one"], None):
        ...     print(statement.sql)
        DROP TABLE IF EXISTS ones
        CREATE TABLE ones AS
        SELECT 1 AS one
    """
    if replaces is None:
        return [
            Statement(f"DROP TABLE IF EXISTS {table}", asks=False),
            Statement(f"CREATE TABLE {table} AS\n{query}", asks=True),
        ]
    return [
        Statement(f"CREATE TABLE IF NOT EXISTS {table} AS\n{without_rows(query)}", asks=True),
        Statement(f"DELETE FROM {table} WHERE ({replaces})", asks=False),  # noqa: S608 - a checked name, the DAG's SQL
        Statement(f"INSERT INTO {table} ({', '.join(columns)})\n{query}", asks=True),
    ]


def without_rows(query: str) -> str:
    """A query for the same columns and no rows."""
    return f"SELECT * FROM (\n{query}\n) AS asked WHERE 1 = 0"  # noqa: S608 - the DAG's own SQL
