"""A real Postgres for the records, and one like Airflow's own."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_k8s.tracking import table
from tests import postgres

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Where]:
    with postgres.server() as where:
        yield where


@pytest.fixture
def where(server: postgres.Where) -> postgres.Where:
    """An empty database."""
    name = f"records_{next(NUMBERS)}"
    with table.cursor(server) as cursor:
        cursor.execute(f"create database {name}")
    return {**server, "dbname": name}


@pytest.fixture
def rows(where: postgres.Where) -> Iterator[Any]:
    """A cursor on a database with the table."""
    with table.cursor(where) as cursor:
        table.migrate(cursor)
        yield cursor


def found(cursor: Any, *names: str) -> list[tuple[Any, ...]]:
    """These columns of all records, in the order of their ids."""
    cursor.execute(f"select {', '.join(names)} from task_runs order by id")  # noqa: S608 - names of a test
    answer: list[tuple[Any, ...]] = cursor.fetchall()
    return answer
