"""Airflow is not changed, only joined: without this package, the base image is a stock Airflow."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.models.containers import Container

from airflow_k8s.images import engine, pod

PYTHON = "/opt/airflow/venv/bin/python"
UV = Path(sys.executable).with_name("uv")
HEALTH = "import urllib.request as u; print(u.urlopen('http://localhost:8080/api/v2/monitor/health').read().decode())"
SECONDS = 240
"""For four components to start on a busy machine."""


@pytest.fixture(scope="module")
def stock(reference: Callable[[str], str]) -> Iterator[Container]:
    """A container of the base image from which this package was removed, with all of Airflow starting in it."""
    mounted = {str(UV): {"bind": "/uv", "mode": "ro"}}
    home = {"AIRFLOW_HOME": "/tmp/airflow", "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    options = {"user": "root", "volumes": mounted, "environment": home}
    with pod.created(engine.client(), reference("base"), ["sleep", "infinity"], **options) as container:
        container.start()
        done(container, "/uv", "pip", "uninstall", "--python", PYTHON, "airflow-k8s")
        container.exec_run(["airflow", "standalone"], detach=True)
        yield container


def done(container: Container, *words: str) -> str:
    code, output = container.exec_run(list(words))
    assert code == 0, output.decode()
    return output.decode()


def test_nothing_of_us_is_left(stock: Container) -> None:
    code, output = stock.exec_run([PYTHON, "-c", "import airflow_k8s"])
    assert (code, b"No module named 'airflow_k8s'" in output) == (1, True)


def test_all_parts_of_it_are_healthy(stock: Container) -> None:
    deadline, said = time.monotonic() + SECONDS, b""
    while said.count(b'"healthy"') < 4 and time.monotonic() < deadline:
        time.sleep(2)
        _, said = stock.exec_run([PYTHON, "-c", HEALTH])
    assert said.count(b'"healthy"') == 4, said.decode()
