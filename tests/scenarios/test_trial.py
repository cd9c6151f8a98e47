"""What `helm test` does, at an Airflow that runs on this machine: FAB, and tasks without pods."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg2
import pytest

import airflow_k8s.trial
from airflow_k8s.platform.rest import answers, wait_until
from airflow_k8s.trial import BUNDLE
from airflow_k8s.trial import run as trial
from tests.chart.rendered import render
from tests.postgres import Where, server

DAGS = Path(airflow_k8s.trial.__file__).with_name("dags")
RUN = "import sys, airflow_k8s.trial.run as r; r._pods = lambda _: lambda _: 0; sys.exit(r.main())"
"""Here are no pods to count."""

Environment = Mapping[str, str]


@pytest.fixture(scope="module")
def database() -> Iterator[Where]:
    with server() as where:
        yield where


@pytest.fixture(scope="module")
def platform(database: Where, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Environment, str, Path]]:
    """Airflow's servers: their variables, their address, and the catalogue."""
    home = tmp_path_factory.mktemp("airflow")
    catalogue = home / "catalogue.json"
    catalogue.write_text(render().all("ConfigMap")["catalogue"]["data"]["catalogue.json"])
    environment, url = _environment(home, database, catalogue)
    with (home / "log").open("w") as log:
        options = {"env": environment, "stdout": log, "stderr": log}
        subprocess.run(["airflow", "db", "migrate"], check=True, **options)
        commands = ("api-server", "scheduler", "dag-processor")
        servers = [subprocess.Popen(["airflow", command], **options) for command in commands]
        try:
            wait_until(lambda: answers(url), "Airflow answers", 300)
            yield environment, url, catalogue
        finally:
            for one in servers:
                one.terminate()
            for one in servers:
                one.wait(60)


def _environment(home: Path, database: Where, catalogue: Path) -> tuple[dict[str, str], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    options = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__LOAD_EXAMPLES": "false",
        "CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database['user']}@/postgres?host={database['host']}",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "API__SECRET_KEY": "x" * 32,
        "API_AUTH__JWT_SECRET": "y" * 64,
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([{**BUNDLE, "kwargs": {"path": str(DAGS)}}]),
    }
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    reference = json.loads(catalogue.read_text())["images"]["base"]["reference"]
    own = {"PATH": path, "AIRFLOW_HOME": str(home), "AIRFLOW_K8S_CATALOGUE": str(catalogue)}
    named = {f"AIRFLOW__{name}": value for name, value in options.items()}
    return {**own, **named, "AIRFLOW_K8S_IMAGE": reference}, url


def test_a_task_runs_on_every_image_and_nothing_is_left(
    platform: tuple[Environment, str, Path], database: Where
) -> None:
    environment, url, catalogue = platform
    done = _trial(environment, url, catalogue)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "A task ran on each of 1 images. The run is deleted." in done.stdout
    assert _rows(database, "ab_user") == _rows(database, "dag_run") == 0


def test_another_image_than_the_catalogues_is_told(platform: tuple[Environment, str, Path], tmp_path: Path) -> None:
    environment, url, catalogue = platform
    content = json.loads(catalogue.read_text())
    content["images"] = {
        "base": {**content["images"]["base"], "reference": "base:other"},
        "r-data": {"reference": "r:1"},
    }
    other = tmp_path / "catalogue.json"
    other.write_text(json.dumps(content))
    done = _trial(environment, url, other)
    assert done.returncode == 1
    assert "r-data: no task ran on it." in done.stderr
    assert "and the catalogue names base:other." in done.stderr


def _trial(environment: Environment, url: str, catalogue: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", RUN, url, "airflow", str(catalogue)]
    return subprocess.run(
        command, env={**environment}, capture_output=True, text=True, check=False, timeout=trial.PATIENCE
    )


def _rows(database: Where, table: str) -> int:
    with psycopg2.connect(**database) as connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")  # noqa: S608 - a name of this file
        return int(cursor.fetchone()[0])
