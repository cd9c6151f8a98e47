"""What is started in a pod gets its arguments, its signals and its orphans' ends."""

import docker
import pytest
from tests.images.conftest import Running, started

from airflow_k8s.images import pod

WORKER = "airflow.sdk.execution_time.execute_workload"


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["airflow", "version"], "3."),
        (["python", "-c", "print('a  b')"], "a  b"),
        (["bash", "-c", "echo $0 $*", "one", "two three"], "one two three"),
        (["python", "-m", WORKER, "--help"], "--json-string"),
    ],
    ids=["airflow", "python", "bash", "worker"],
)
def test_the_entrypoint_passes_its_arguments_through(
    client: docker.DockerClient, running: Running, arguments: list[str], answer: str
) -> None:
    end = pod.run(client, running.image, arguments)
    assert answer in end.said
    assert end.code == 0


def test_the_exit_code_passes_through(client: docker.DockerClient, running: Running) -> None:
    assert pod.run(client, running.image, ["python", "-c", "raise SystemExit(7)"]).code == 7


def test_the_init_process_passes_sigterm_on(client: docker.DockerClient, running: Running) -> None:
    script = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))\n"
        "print('up', flush=True); signal.pause()"
    )
    with started(client, running.image, command=["python", "-c", script]) as container:
        next(container.logs(stream=True))
        container.stop(timeout=20)
        assert container.wait()["StatusCode"] == 3


def test_the_init_process_buries_orphans(client: docker.DockerClient, running: Running) -> None:
    """A process whose parent is gone falls to PID 1; one that nobody waits for stays as a zombie."""
    orphan = "(exec sh -c 'sleep 0.2 & echo $!') > /tmp/pid; sleep 1; test ! -e /proc/$(cat /tmp/pid) && echo buried"
    assert pod.run(client, running.image, ["bash", "-c", orphan]).said.strip() == "buried"
