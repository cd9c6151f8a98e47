"""An Airflow connection, read where its secrets are: in a process of its own, for Airflow takes 120 MB and seconds."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from airflow_k8s.errors import UserError
from airflow_k8s.tracking.table import Parameters, parameters


def resolve(connection_id: str) -> Parameters:
    """What libpq needs to know for an Airflow connection, from wherever Airflow keeps it.

    Raises:
        UserError: there is no such connection, or it is none to a Postgres.
    """
    done = subprocess.run(
        [sys.executable, "-m", __name__, connection_id], text=True, capture_output=True, check=False, timeout=120
    )
    answer = _answer(done.stdout)
    if answer is None:
        raise UserError(
            f"The connection {connection_id} cannot be read.",
            f"Airflow said: {' '.join(done.stderr.split())[-300:] or 'nothing'}.",
            "Make it in Airflow (Admin, Connections), or name another in the chart's tracking.connection.",
        )
    if "refusal" in answer:
        raise UserError(*answer["refusal"])
    return answer


def _answer(printed: str) -> Mapping[str, Any] | None:
    """The last line, for what Airflow loads may print as well."""
    try:
        answer: Mapping[str, Any] = json.loads(printed.splitlines()[-1])
    except (IndexError, ValueError):
        return None
    return answer


def main() -> None:
    """Print the parameters as JSON, to the process that asked and to nobody else."""
    from airflow.models.connection import Connection  # noqa: PLC0415 - only here

    try:
        print(json.dumps(dict(parameters(Connection.get_connection_from_secrets(sys.argv[1])))))  # noqa: T201
    except UserError as refusal:
        print(json.dumps({"refusal": [refusal.what, refusal.why, refusal.remedy]}))  # noqa: T201


if __name__ == "__main__":
    main()
