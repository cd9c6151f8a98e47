"""Create or upgrade Airflow's tables, and what the values want in them: the first administrator, pools, connections."""

import argparse
import os
import subprocess
import sys

from airflow_k8s.errors import UserError
from airflow_k8s.release import database, revisions
from airflow_k8s.release.declare import declare


def migrate() -> None:
    """Run ``airflow db migrate``, unless the tables are those of this image already."""
    with database.cursor() as cursor:
        if revisions.migrated(cursor):
            return
    subprocess.run(["airflow", "db", "migrate"], check=True)


def first_user(name: str, password: str) -> None:
    """Create an administrator in FAB's tables, if there is no user of that name.

    Args:
        name: what to sign in with; where it is no mail address, one is made of it, because FAB wants one.
        password: never shown, never on a command line.
    """
    with database.cursor() as cursor:
        cursor.execute("select 1 from ab_user where username = %s", (name,))
        if cursor.fetchone():
            return
    # FAB takes seconds to import, and is needed once in a site's life.
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder  # noqa: PLC0415

    with get_application_builder() as builder:
        manager = builder.sm
        mail = name if "@" in name else f"{name}@localhost"
        if not manager.add_user(name, name, "", mail, manager.find_role("Admin"), password):
            raise RuntimeError(f"FAB did not create the user {name}.")


def main() -> None:
    """What the Jobs run: the migration, and the look at another's database before anything is changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait for the database to answer")
    parser.add_argument("--only-look", action="store_true", help="see whether the database lets us in, change nothing")
    options = parser.parse_args()
    try:
        database.until(_answers, options.patience)
    except database.NoDatabaseError as error:
        sys.exit(str(error))
    if options.only_look:
        return
    migrate()
    if name := os.environ.get("FIRST_USER"):
        first_user(name, os.environ["FIRST_USER_PASSWORD"])
    try:
        declare()
    except UserError as error:
        sys.exit(str(error))
    print("The database has the tables of this image.")  # noqa: T201


def _answers() -> bool:
    with database.cursor():
        return True


if __name__ == "__main__":
    main()
