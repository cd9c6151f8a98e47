"""Pools, variables and connections of the values, in a real database of Airflow's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
from cryptography.fernet import Fernet

from tests.postgres import server

DECLARED = {
    "pools": {"heavy": {"slots": 2}, "default_pool": {"slots": 9, "description": "all"}},
    "variables": {"bucket": "lake", "limits": {"rows": 5}},
    "connections": ["lake"],
}
KEY = Fernet.generate_key().decode()
URL = "postgresql://ada:a-secret@db.example.org:5432/lake"


def test_they_are_there_after_the_migration_and_the_last_word_counts(tmp_path: Path) -> None:
    with server() as where:
        _migrate(where, tmp_path, DECLARED)
        _migrate(where, tmp_path, {**DECLARED, "pools": {"heavy": {"slots": 3}}})
        with psycopg2.connect(**where) as connection, connection.cursor() as cursor:
            cursor.execute("select pool, slots from slot_pool order by pool")
            assert cursor.fetchall() == [("default_pool", 9), ("heavy", 3)]
            cursor.execute("select key, is_encrypted from variable order by key")
            assert cursor.fetchall() == [("bucket", True), ("limits", True)]
            cursor.execute("select conn_id, host, login, password from connection")
            ((name, host, login, password),) = cursor.fetchall()
            assert (name, host, login) == ("lake", "db.example.org", "ada")
            assert "a-secret" not in password
        refused = _run(where, tmp_path, {"pools": {"heavy": {"slots": "many"}}})
        assert refused.returncode == 1
        assert "The pools could not be set." in refused.stderr


def _migrate(where: dict[str, str], home: Path, declared: dict[str, object]) -> None:
    done = _run(where, home, declared)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a-secret" not in done.stdout + done.stderr


def _run(where: dict[str, str], home: Path, declared: dict[str, object]) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{where['user']}@/postgres?host={where['host']}",
        "AIRFLOW__CORE__FERNET_KEY": KEY,
        "DECLARED": json.dumps(declared),
        "DECLARED_CONNECTION_0": URL,
    }
    return subprocess.run(
        [sys.executable, "-m", "airflow_k8s.release.migrate"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
