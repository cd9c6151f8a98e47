"""The contract: an image runs a real task, given exactly what the KubernetesExecutor gives to a pod.

A bench is a real database and a real API server, on images of this platform. Tasks are queued in it with the
provider's own code, and run on the image that is judged, locked down as a task's pod is. What counts is the state
that the database has in the end: a pod ends with exit code 0 even when its task failed.
"""

import io
import json
import secrets
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.images import pod
from airflow_k8s.paths import CHART
from airflow_k8s.release.keys import MAKERS

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container

INSIDE = Path(__file__).parent / "inside"
DAGS = "/opt/airflow/dags"

TASKS = {"succeeds": "success", "fails": "failed"}
"""The tasks of the DAG (inside/contract_dag.py), and the states in which they must end."""

RUNS = 20
"""Runs of the DAG that are queued at once; each costs milliseconds, asking costs seconds."""

REMEDY = "Build base and postgres with `make images`, or leave the contract out with --no-run."

SECONDS_TO_START = 180
SECONDS_TO_RUN = 120


@dataclass(frozen=True)
class Outcome:
    """How a task ended."""

    state: str
    """Of the task, in the database: "success", "failed", or "queued" where the image never came to start it."""
    exit_code: int
    """Of the container; 0 even when the task failed."""
    log: str


@dataclass
class Bench:
    """A platform without a scheduler: tasks are queued by hand, and run where one wants."""

    client: "docker.DockerClient"
    name: str
    """Of the network, and of the volume with the DAG files."""
    configuration: dict[str, str]
    """What every task's pod gets as its environment."""
    database: "Container"
    server: "Container"
    queued: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@contextmanager
def bench(client: "docker.DockerClient", platform: str, postgres: str) -> Iterator[Bench]:
    """Run a database and an API server on a network of their own; all is gone afterwards.

    Args:
        client: of the engine.
        platform: reference of the image that the platform runs on (base).
        postgres: reference of the database's image.

    Raises:
        UserError: one of them does not start.
    """
    _see_that_they_are_there(client, platform, postgres)
    with ExitStack() as stack:
        name = f"airflow-k8s-contract-{secrets.token_hex(4)}"
        stack.callback(client.networks.create(name, internal=True).remove)
        stack.callback(client.volumes.create(name).remove, force=True)
        password, configuration = MAKERS["database-password"](), pod_configuration()
        database = _database(client, postgres, password, name)
        stack.callback(database.remove, force=True, v=True)
        server = _server(client, platform, {**configuration, **_secrets(password)}, name)
        stack.callback(server.remove, force=True, v=True)
        made = Bench(client, name, configuration, database, server)
        _queue(made)
        _wait(server)
        yield made


def run_task(bench: Bench, image: Any, task_id: str, before: Sequence[str] = ()) -> Outcome:
    """Run a task of the DAG ``contract`` on an image, and see how it ends.

    Args:
        bench: where the task is queued, and its state kept.
        image: reference of the image to run it on, or what the SDK found by it.
        task_id: ``succeeds`` or ``fails``.
        before: words that go before the executor's own, such as those of a clock.
    """
    if not bench.queued.get(task_id):
        _queue(bench)
    task = bench.queued[task_id].pop()
    end = pod.run(
        bench.client,
        image,
        [*before, *task["args"]],
        seconds=SECONDS_TO_RUN,
        environment={**bench.configuration, "AIRFLOW_IS_K8S_EXECUTOR_POD": "True"},
        network=bench.name,
        volumes={bench.name: {"bind": DAGS, "mode": "ro"}},
    )
    state = sql(bench, f"select state from task_instance where id = '{task['id']}'")  # noqa: S608  (our own uuid)
    return Outcome(state, end.code, end.said)


def sql(bench: Bench, query: str) -> str:
    """What the bench's database answers: a line a row."""
    return _inside(bench.database, "psql", "-h", "/var/run/postgresql", "-U", "airflow", "-Atc", query).strip()


def pod_configuration() -> dict[str, str]:
    """What the chart's ConfigMap says in every pod, as far as a task reads it (templates/config/)."""
    options = yaml.safe_load((CHART / "values.yaml").read_text())["config"]
    own = {
        "AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://api-server:8080/execution/",
    }
    return own | {
        f"AIRFLOW__{section}__{key}".upper(): value if isinstance(value, str) else json.dumps(value)
        for section, entries in options.items()
        for key, value in entries.items()
    }


def _see_that_they_are_there(client: "docker.DockerClient", *images: str) -> None:
    from docker.errors import ImageNotFound  # noqa: PLC0415  (what needs no engine starts faster without)

    for image in images:
        try:
            client.images.get(image)
        except ImageNotFound as missing:
            why = f"It needs a database and an API server, and there is no {image}"
            raise UserError("The contract cannot be tried.", f"{why}.", REMEDY) from missing


def _secrets(password: str) -> dict[str, str]:
    return {
        "AIRFLOW__API_AUTH__JWT_SECRET": MAKERS["jwt-secret"](),
        "AIRFLOW__CORE__FERNET_KEY": MAKERS["fernet-key"](),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://airflow@database/airflow",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": "/tmp/passwords.json",  # noqa: S108
        "PGPASSWORD": password,
    }


def _database(client: "docker.DockerClient", image: str, password: str, network: str) -> "Container":
    places = {"/tmp": "", "/var/run/postgresql": "uid=999", "/var/lib/postgresql/data": "uid=999"}  # noqa: S108
    environment = {"POSTGRES_USER": "airflow", "POSTGRES_PASSWORD": password, "PGPASSWORD": password}
    unsafe = ["-c", "fsync=off"]  # nothing of it is kept
    container = _created(
        client, image, unsafe, network, "database", user="999:999", tmpfs=places, environment=environment
    )
    container.start()
    return container


def _server(client: "docker.DockerClient", image: str, environment: dict[str, str], network: str) -> "Container":
    words = ["sh", "-c", "python -m airflow_k8s.release.migrate && exec airflow api-server --workers 1"]
    volumes = {network: {"bind": DAGS}}
    container = _created(client, image, words, network, "api-server", environment=environment, volumes=volumes)
    container.put_archive(DAGS, _archive(INSIDE / "contract_dag.py"))
    container.start()
    return container


def _created(
    client: "docker.DockerClient", image: str, words: list[str], network: str, alias: str, **options: Any
) -> "Container":
    endpoint = client.api.create_endpoint_config(aliases=[alias])
    options = {
        **pod.LOCKED_DOWN,
        "name": f"{network}-{alias}",
        "network": network,
        "networking_config": {network: endpoint},
        **options,
    }
    return client.containers.create(image, words, **options)


def _archive(file: Path) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.add(file, file.name)
    return content.getvalue()


def _queue(bench: Bench) -> None:
    script = (INSIDE / "contract_queue.py").read_text()
    words = ("sh", "-c", 'python -m airflow_k8s.release.wait >&2 && exec python -c "$0" "$1"', script, str(RUNS))
    bench.queued = json.loads(_inside(bench.server, *words).splitlines()[-1])


def _wait(server: "Container") -> None:
    ask = "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/api/v2/version')"
    end = time.monotonic() + SECONDS_TO_START
    while server.exec_run(["python", "-c", ask]).exit_code:
        if time.monotonic() > end:
            raise _no_bench(server, f"The API server was silent for {SECONDS_TO_START} s")
        time.sleep(0.5)


def _inside(container: "Container", *words: str) -> str:
    """What a command in a container of the bench prints; its errors are in the container's log."""
    end: Any = container.exec_run(list(words), demux=True)
    output, errors = end.output
    if end.exit_code:
        raise _no_bench(container, (errors or b"").decode(errors="replace").strip().rsplit("\n", 1)[-1])
    return str(output.decode())


def _no_bench(container: "Container", why: str) -> UserError:
    log = container.logs(tail=5).decode(errors="replace")
    return UserError(
        "The contract cannot be tried: the platform that it needs does not start.",
        f"{why}. Its log ends:\n{log}",
        REMEDY,
    )
