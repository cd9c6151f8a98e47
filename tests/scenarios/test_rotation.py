"""A platform that is given new keys while a task reads a connection, over and over, by the token it started with."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet, InvalidToken

from airflow_k8s.cli import commands
from airflow_k8s.paths import KUBECONFIG
from airflow_k8s.platform.apart import Release, Values, installed, with_dag
from airflow_k8s.platform.rest import Airflow, wait_until

NAME = "rotation"
SECONDS = 120
"""What a token lives; Airflow wants a fifth of it for heartbeats."""

DAG = """
import time
from airflow.sdk import BaseHook, Variable, dag, task

@dag(schedule=None)
def reader():
    @task
    def read():
        seen = []
        while True:
            seen.append(BaseHook.get_connection("lake").password)
            if Variable.get("stop") == "yes":
                return {"times": len(seen), "passwords": sorted(set(seen))}
            time.sleep(2)
    read()

reader()
"""
VALUES: Values = {
    **with_dag("reader"),
    "executionApi": {"enabled": True, "replicas": 1, "resources": {"requests": {"cpu": "20m", "memory": "256Mi"}}},
    "triggerer": {"replicas": 0},
    "declare": {"variables": {"stop": "no"}, "connections": {"lake": {"name": "lake", "key": "url"}}},
    "config": {
        "execution_api": {"jwt_expiration_time": SECONDS},
        "scheduler": {"task_instance_heartbeat_timeout": SECONDS // 5, "task_queued_timeout": SECONDS},
    },
}


LAKE = {"url": "postgres://ada:of-the-lake@lake.example.org/lake"}


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    with installed(NAME, VALUES, DAG, {"lake": LAKE}) as one:
        yield one


def stored(release: Release) -> bytes:
    """The connection's password as the database has it."""
    ((password,),) = release.sql("select password from connection where conn_id = 'lake';")
    return password.encode()


def started(airflow: Airflow) -> str:
    """A run whose task reads."""
    wait_until(lambda: airflow.knows("reader"), "the DAG is known", 180)
    run = airflow.start("reader")
    wait_until(lambda: airflow.tasks("reader", run)[0]["state"] == "running", "the task runs", 180)
    return run


def rotate() -> None:
    where = [f"--release={NAME}", f"--namespace={NAME}", f"--kubeconfig={KUBECONFIG}"]
    CliRunner().invoke(commands, ["keys", "rotate", *where], catch_exceptions=False)


def test_a_running_task_and_what_it_reads_outlive_the_old_keys(release: Release) -> None:
    before = {key: release.secret(key) for key in ("fernet-key", "jwt-secret")}
    assert Fernet(before["fernet-key"]).decrypt(stored(release)) == b"of-the-lake"
    with release.signed_in() as airflow:
        run = started(airflow)
    rotate()
    assert {key: release.secret(key) for key in before}.items().isdisjoint(before.items())
    assert Fernet(release.secret("fernet-key")).decrypt(stored(release)) == b"of-the-lake"
    with pytest.raises(InvalidToken):
        Fernet(before["fernet-key"]).decrypt(stored(release))
    with release.signed_in() as airflow:
        ends_well(airflow, run)


def ends_well(airflow: Airflow, run: str) -> None:
    """The task that began with the old keys ends with the new ones, at its first try; so does a new run."""
    assert airflow.tasks("reader", run)[0]["state"] == "running"
    airflow.patch("/variables/stop", {"key": "stop", "value": "yes"})
    assert airflow.finish("reader", run) == "success"
    (task,) = airflow.tasks("reader", run)
    assert task["try_number"] == 1
    read = airflow.returned("reader", run, "read")
    assert read["passwords"] == ["of-the-lake"]
    assert read["times"] > SECONDS / 5
    assert airflow.finish("reader", airflow.start("reader")) == "success"
