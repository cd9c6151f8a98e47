"""A BuildKit of a test's own, for what the Docker engine cannot build: images for several platforms."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_k8s.cluster import engine, tools

SECONDS = 60
SYSTEM = "/usr/sbin:/sbin"
"""Where Debian puts runc; not on everybody's PATH."""


@contextmanager
def builder(folder: Path) -> Iterator[str]:
    """The name of a buildx builder that runs beside the Docker engine; what it built is gone afterwards.

    Args:
        folder: where it keeps its layers; short, because a socket lies in it.
    """
    name, socket = f"airflow-k8s-{secrets.token_hex(4)}", folder / "buildkit.sock"
    with started(folder, socket):
        buildx("create", "--name", name, "--driver", "remote", f"unix://{socket}")
        try:
            yield name
        finally:
            buildx("rm", name)


@contextmanager
def started(folder: Path, socket: Path) -> Iterator[None]:
    """A buildkitd with runc, which sees this machine's network: a registry on it, and package mirrors."""
    command = [tools.path("buildkitd"), "--root", folder / "root", "--addr", f"unix://{socket}"]
    command += ["--containerd-worker=false", "--oci-worker-net=host", f"--oci-worker-binary={engine.WRAPPER}"]
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:{SYSTEM}"}
    with (folder / "log").open("w") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        wait_until(socket, daemon, folder / "log")
        yield
    finally:
        daemon.terminate()
        daemon.wait(SECONDS)


def wait_until(socket: Path, daemon: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + SECONDS
    while not socket.exists():
        assert daemon.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def buildx(*words: str) -> None:
    subprocess.run([tools.path("buildx"), *words], check=True, capture_output=True)
