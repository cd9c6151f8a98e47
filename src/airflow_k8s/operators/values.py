"""What tasks hand to each other through Airflow's database: how much, and in which form."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from airflow.sdk.exceptions import AirflowException

MOST_RETURNED = 1_000_000
"""Bytes of JSON that a task may return: it goes into Airflow's database."""


def as_json(value: Any) -> str:
    """A value as JSON: decimals become numbers, dates and times ISO 8601, as databases give them.

    Raises:
        TypeError: JSON cannot say it.

    Example:
        >>> as_json({"day": date(2026, 11, 1), "amount": Decimal("2.50")})
        '{"day": "2026-11-01", "amount": 2.5}'
    """
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"JSON cannot say {value!r}. Hand on a number, a text, a list or a dictionary.")


def check_size(size: int, what: str, remedy: str) -> None:
    """Refuse what is too large for Airflow's database.

    Args:
        size: bytes of JSON.
        what: who returned it, for the error.
        remedy: what to do instead, for the error.

    Raises:
        AirflowException: it is larger than MOST_RETURNED.

    Example:
        >>> check_size(12, "The query", "Use a table.")
    """
    if size > MOST_RETURNED:
        most = f"At most {MOST_RETURNED / 1e6:.0f} MB fit into Airflow's database."
        raise AirflowException(f"{what} returned {size / 1e6:.1f} MB. {most} {remedy}")
