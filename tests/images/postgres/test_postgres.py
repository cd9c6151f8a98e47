"""What holds for the database image: the chart can use it in place of the official one."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import docker
import pytest
from tests.images.conftest import started

Container = docker.models.containers.Container
DATA = "/var/lib/postgresql/data"
PASSWORD = 'it\'s "a" pa$$word'
SECONDS_TO_START = 60


@pytest.fixture(scope="module")
def start(
    client: docker.DockerClient, reference: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[Container]]:
    """Start a database the way the chart does, on a volume."""
    password = tmp_path_factory.mktemp("secret") / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)

    def start(volume: str, command: list[str] | None = None, **environment: str) -> AbstractContextManager[Container]:
        return started(
            client,
            reference("postgres"),
            command=command,
            environment={"POSTGRES_USER": "airflow", "POSTGRES_DB": "airflow", **secret(environment)},
            volumes={volume: {"bind": DATA}, str(password): {"bind": "/run/secrets/password", "mode": "ro"}},
            user="999:999",
            tmpfs={"/tmp": "", "/var/run/postgresql": "uid=999"},
        )

    return start


def secret(environment: dict[str, str]) -> dict[str, str]:
    return environment or {"POSTGRES_PASSWORD_FILE": "/run/secrets/password"}


@pytest.fixture(scope="module")
def volume(client: docker.DockerClient) -> Iterator[str]:
    made = client.volumes.create()
    yield made.name
    made.remove(force=True)


@pytest.fixture
def new_volume(client: docker.DockerClient) -> Iterator[str]:
    made = client.volumes.create()
    yield made.name
    made.remove(force=True)


@pytest.fixture(scope="module")
def database(start: Callable[..., Any], volume: str) -> Iterator[Container]:
    with start(volume) as container:
        wait(container)
        yield container


def wait(container: Container) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code:
        container.reload()
        assert container.status == "running", container.logs().decode()
        assert time.monotonic() < end, container.logs().decode()
        time.sleep(0.2)


def sql(container: Container, query: str, password: str = PASSWORD) -> tuple[int, str]:
    command = ["psql", "-h", "127.0.0.1", "-U", "airflow", "-d", "airflow", "-Atc", query]
    code, output = container.exec_run(command, environment={"PGPASSWORD": password})
    return code, output.decode().strip()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("show server_encoding", "UTF8"),
        ("show data_checksums", "on"),
        ("show password_encryption", "scram-sha-256"),
        ("show listen_addresses", "*"),
        ("show timezone", "Etc/UTC"),
        ("select upper('grüße')", "GRÜßE"),
        ("select datcollate, datlocprovider from pg_database where datname = 'airflow'", "C.UTF-8|b"),
    ],
)
def test_a_new_database_is_set_up_for_the_platform(database: Container, query: str, answer: str) -> None:
    assert sql(database, query) == (0, answer)


def test_it_runs_as_999(database: Container) -> None:
    assert database.exec_run(["id", "-u"]).output.strip() == b"999"
    assert database.exec_run(["stat", "-c", "%u:%g %a", f"{DATA}/pgdata"]).output.strip() == b"999:999 700"


def test_a_wrong_password_is_refused(database: Container) -> None:
    code, said = sql(database, "select 1", password="guess")
    assert code == 2
    assert "password authentication failed" in said


def test_no_way_in_is_without_a_password(database: Container) -> None:
    code, said = database.exec_run(["psql", "-w", "-U", "airflow", "-c", "select 1"])
    assert code == 2
    assert b"no password supplied" in said


def test_data_survive_a_restart_on_the_same_volume(start: Callable[..., Any], new_volume: str) -> None:
    with start(new_volume) as first:
        wait(first)
        assert sql(first, "create table kept as select 42 answer")[0] == 0
        first.stop(timeout=20)
        assert first.wait()["StatusCode"] == 0
    with start(new_volume) as second:
        wait(second)
        assert sql(second, "select answer from kept") == (0, "42")
        assert b"not properly shut down" not in second.logs()


def test_a_first_start_that_was_interrupted_begins_anew(start: Callable[..., Any], new_volume: str) -> None:
    with start(new_volume, ["sh", "-c", "mkdir $PGDATA.new && echo half > $PGDATA.new/PG_VERSION"]) as half:
        assert half.wait()["StatusCode"] == 0
    with start(new_volume) as whole:
        wait(whole)
        assert sql(whole, "select 1") == (0, "1")


def test_a_first_start_without_a_password_says_what_is_missing(start: Callable[..., Any], new_volume: str) -> None:
    with start(new_volume, POSTGRES_PASSWORD_FILE="") as container:
        assert container.wait()["StatusCode"] == 1
        assert container.logs().decode().startswith("The first start needs a password")


def test_the_password_may_come_as_a_variable_and_options_follow(start: Callable[..., Any], new_volume: str) -> None:
    with start(new_volume, ["-c", "max_connections=17"], POSTGRES_PASSWORD=PASSWORD) as container:
        wait(container)
        assert sql(container, "show max_connections") == (0, "17")


def test_the_just_in_time_compiler_is_missed_by_nobody(database: Container) -> None:
    assert sql(database, "set jit_above_cost = 0; select count(*) from pg_class")[0] == 0
