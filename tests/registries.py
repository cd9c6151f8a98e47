"""A registry of a test's own, gone afterwards."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_k8s.cluster import tools

SECONDS = 60


@contextmanager
def served(folder: Path, address: str = "") -> Iterator[str]:
    """An empty registry at an address of this machine, or on a free port; its layers lie in a folder."""
    address = address or f"127.0.0.1:{free_port()}"
    command = [tools.path("crane"), "registry", "serve", "--address", address, "--disk", folder]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_it_answers(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_it_answers(address: str) -> None:
    host, port = address.split(":")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)
