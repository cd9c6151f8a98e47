"""A data source for the examples: a database beside Airflow's own, and the Airflow connection to it."""

import secrets
from pathlib import Path

from airflow_k8s.platform.namespace import RELEASE, kubectl
from airflow_k8s.platform.rest import Airflow

CONNECTION = "warehouse"
SQL = Path(__file__).with_name("warehouse.sql")
PSQL = (
    'PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")" '
    'exec psql -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
)


def ensure(airflow: Airflow) -> bool:
    """Make the example database and the connection ``warehouse``; does nothing where the connection is there.

    Returns:
        Whether anything was made.
    """
    if airflow.get("/connections", connection_id_pattern=CONNECTION)["total_entries"]:
        return False
    password = secrets.token_urlsafe(24)
    script = f"\\set password '{password}'\n{SQL.read_text()}"
    kubectl("exec", "-i", f"{RELEASE}-postgres-0", "--", "sh", "-c", PSQL, stdin=script)
    airflow.post("/connections", _connection(password))
    return True


def _connection(password: str) -> dict[str, object]:
    return {
        "connection_id": CONNECTION,
        "conn_type": "postgres",
        "host": f"{RELEASE}-postgres",
        "port": 5432,
        "schema": "warehouse",
        "login": "analyst",
        "password": password,
    }
