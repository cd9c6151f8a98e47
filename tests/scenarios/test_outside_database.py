"""A database that is not the chart's, named by its parts, with its password in a Secret."""

from typing import Any

from airflow_k8s.images import overlay
from airflow_k8s.platform.apart import Values, namespace, secrets_of
from tests.scenarios import in_flight
from tests.scenarios.in_flight import ONCE

NAME = "outside"
HOST = "database"
POD = f"{NAME}-postgres-0"
"""As `Release.sql` looks for it."""

VALUES: Values = {
    **in_flight.VALUES,
    "postgres": {"enabled": False},
    "database": {"host": HOST, "name": "records", "user": "ada", "passwordSecret": {"name": HOST, "key": "secret"}},
}


def pod() -> dict[str, Any]:
    """Postgres as somebody else may run it."""
    image = overlay.read()["postgres"]
    may_not = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    variables = {"POSTGRES_USER": "ada", "POSTGRES_DB": "records", "POSTGRES_PASSWORD_FILE": "/run/secrets/own/secret"}
    return {
        "securityContext": {"runAsNonRoot": True, "runAsUser": 999, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "postgres",
                "image": f"{image['repository']}:{image['tag']}",
                "env": [{"name": name, "value": value} for name, value in variables.items()],
                "volumeMounts": [{"name": "password", "mountPath": "/run/secrets/own"}],
                "securityContext": may_not,
            }
        ],
        "volumes": [{"name": "password", "secret": {"secretName": HOST}}],
    }


def test_a_task_runs_and_everything_is_in_that_database() -> None:
    secrets = secrets_of(NAME, user="ada", host=HOST, database="records")
    password = secrets.pop(f"{NAME}-keys")["database-password"]
    with namespace(NAME, in_flight.DAG, {**secrets, HOST: {"secret": password}}) as own:
        own.apply("Pod", POD, spec=pod())
        own.apply("Service", HOST, spec={"selector": {"app": POD}, "ports": [{"port": 5432}]})
        own.upgrade(VALUES)
        assert own.json("statefulsets")["items"][0]["metadata"]["name"] == f"{NAME}-log-store"
        flight = in_flight.begin(own)
        flight.let_go()
        assert flight.end() == ONCE
