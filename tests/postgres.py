"""A PostgreSQL of the tests' own, from the server that is installed on this machine."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

USER = "postgres"
SECONDS = 30

Where = dict[str, str]


@contextmanager
def server() -> Iterator[Where]:
    """How to reach a server as libpq takes it; it answers on a socket alone, and is gone afterwards."""
    if shutil.which("initdb") is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:  # short: a socket lies in it
        data = Path(folder) / "data"
        data.mkdir()
        nobody = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}  # the server refuses root
        if nobody:
            shutil.chown(folder, **nobody)
            shutil.chown(data, **nobody)
        subprocess.run(
            ["initdb", "--pgdata", data, "--username", USER, "--auth", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **nobody,
        )
        command = ["postgres", "-D", str(data), "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **nobody
        ) as up:
            where = {"host": folder, "user": USER, "dbname": "postgres"}
            try:
                _wait(where, up)
                yield where
            finally:
                up.send_signal(signal.SIGINT)  # SIGTERM would wait for whoever is connected


def _wait(where: Where, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            psycopg2.connect(**where).close()
            return
        except psycopg2.OperationalError:
            assert process.poll() is None and time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.1)
