"""Tell whether a component without a health page is alive: its heartbeat in the database is young.

`airflow jobs check` says the same for six CPU-seconds a time.
"""

import socket
import sys
from datetime import UTC, datetime

from airflow_k8s.release import database

OLDEST = 120.0
"""Seconds after which a heartbeat is too old; Airflow writes one every five."""

LAST_HEARTBEAT = (
    "select max(latest_heartbeat) from job where job_type = %s and hostname = any(%s) and state = 'running'"
)


def names() -> list[str]:
    """What Airflow may call this host: its name, its full name, its address (core.hostname_callable)."""
    host = socket.gethostname()
    found = socket.getaddrinfo(host, None, 0, socket.SOCK_DGRAM, 0, socket.AI_CANONNAME)
    return sorted({host, *(entry[3] for entry in found if entry[3]), *(str(entry[4][0]) for entry in found)})


def alive(heartbeat: datetime | None, now: datetime) -> bool:
    """Whether a heartbeat is young enough.

    Example:
        >>> alive(datetime(2026, 1, 1, 12, 0, tzinfo=UTC), datetime(2026, 1, 1, 12, 1, tzinfo=UTC))
        True
    """
    return heartbeat is not None and (now - heartbeat).total_seconds() < OLDEST


def main() -> None:
    """Exit with 1 where the component named on the command line (a job type) is not alive."""
    try:
        with database.cursor() as cursor:
            cursor.execute(LAST_HEARTBEAT, (sys.argv[1], names()))
            (heartbeat,) = cursor.fetchone()
    except database.NoDatabaseError as error:
        print(f"Taken as alive: a restart would not mend it. {error}")  # noqa: T201
        return
    if not alive(heartbeat, datetime.now(UTC)):
        sys.exit(f"The last heartbeat of {sys.argv[1]} on {names()} was at {heartbeat}.")


if __name__ == "__main__":
    main()
