"""What holds for PgBouncer's image, with the settings that the chart writes for it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from tests.chart.rendered import render
from tests.images.conftest import started

from airflow_k8s.images import contract, pod

Container = docker.models.containers.Container
HERE = Path(__file__).parent
POOL_SIZE = 2
SECONDS_TO_START = 30


@pytest.fixture(scope="module")
def password(bench: contract.Bench) -> str:
    (variable,) = [one for one in bench.database.attrs["Config"]["Env"] if one.startswith("PGPASSWORD=")]
    return str(variable).removeprefix("PGPASSWORD=")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the chart mounts, for the bench's database."""
    database = {"host": "database", "passwordSecret": {"name": "some"}}
    values = {"database": database, "postgres": {"enabled": False}}
    release = render({**values, "pgbouncer": {"enabled": True, "poolSize": POOL_SIZE}})
    file = tmp_path_factory.mktemp("config") / "pgbouncer.ini"
    file.write_text(release.all("ConfigMap")["pgbouncer"]["data"]["pgbouncer.ini"])
    file.parent.chmod(0o755)
    return file


@pytest.fixture(scope="module")
def pgbouncer(
    client: docker.DockerClient, reference: Callable[[str], str], bench: contract.Bench, settings: Path, password: str
) -> Iterator[Container]:
    environment = {"PGUSER": "airflow", "PGPASSWORD": password}
    volumes = {str(settings.parent): {"bind": "/etc/pgbouncer", "mode": "ro"}}
    options = {"network_mode": None, "network": bench.name, "environment": environment, "volumes": volumes}
    with started(client, reference("pgbouncer"), name="pgbouncer", **options) as container:
        wait(container, "process up")
        yield container


def wait(container: Container, words: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while words not in container.logs().decode():
        container.reload()
        assert container.status == "running", container.logs().decode()
        assert time.monotonic() < end, container.logs().decode()
        time.sleep(0.2)


def test_many_clients_share_few_backends_and_their_prepared_statements(
    client: docker.DockerClient,
    reference: Callable[[str], str],
    bench: contract.Bench,
    pgbouncer: Container,
    password: str,
) -> None:
    end = pod.run(
        client,
        reference("base"),
        ["python", "/inside/many_clients.py"],
        network=bench.name,
        environment={"PGPASSWORD": password},
        volumes={str(HERE / "inside"): {"bind": "/inside", "mode": "ro"}},
    )
    assert end.code == 0, end.said
    assert 1 <= int(end.said.split("backends")[-1]) <= POOL_SIZE


@pytest.mark.parametrize(("user", "secret"), [("airflow", "wrong"), ("postgres", None)])
def test_nobody_else_is_let_in(
    bench: contract.Bench, pgbouncer: Container, password: str, user: str, secret: str | None
) -> None:
    command = ["psql", "-h", "pgbouncer", "-p", "6432", "-U", user, "-d", "airflow", "-Atc", "select 1"]
    code, said = bench.database.exec_run(command, environment={"PGPASSWORD": secret or password})
    assert code, said.decode()
    assert "SASL authentication failed" in said.decode()


def test_its_exporter_tells_how_it_is(pgbouncer: Container, password: str) -> None:
    release = render({"pgbouncer": {"enabled": True}})
    metrics = release.pods()["pgbouncer"].spec["containers"][1]
    pgbouncer.exec_run(
        [*metrics["command"], *metrics["args"]], environment={"PGUSER": "airflow", "PGPASSWORD": password}, detach=True
    )
    end = time.monotonic() + SECONDS_TO_START
    fetch = "exec 3<>/dev/tcp/127.0.0.1/9127 && printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"
    while True:
        code, said = pgbouncer.exec_run(["bash", "-c", fetch])
        if code == 0:
            break
        assert time.monotonic() < end, said.decode()
        time.sleep(0.2)
    assert "pgbouncer_up 1" in said.decode()
    assert "pgbouncer_databases_pool_size" in said.decode()


def test_the_password_is_in_no_process_that_serves(pgbouncer: Container, password: str) -> None:
    _, said = pgbouncer.exec_run(["sh", "-c", "tr '\\0' '\\n' < /proc/1/environ; tr '\\0' ' ' < /proc/1/cmdline"])
    assert password not in said.decode()
