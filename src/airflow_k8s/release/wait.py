"""Wait until the database has the tables of this image: what every component does before it starts."""

import sys

from airflow_k8s.errors import UserError
from airflow_k8s.release import database, revisions


def ready() -> bool | None:
    """True once the tables are there; None means not yet."""
    with database.cursor() as cursor:
        return revisions.migrated(cursor) or None


def main() -> None:
    """Wait for ever where waiting may help: the old pods go on meanwhile."""
    try:
        database.until(ready)
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
