"""Tell what lies on this image's disk: one line of JSON. Runs as root, which may read everything.

Written for any Python 3, of any image: only its standard library, and nothing newer than 3.7.
"""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import re
import stat
import subprocess
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

NOT_THE_IMAGES = {"/proc", "/sys", "/dev", "/tmp"}  # noqa: S108
COMPILERS = re.compile(r"^(?:[\w-]+-)?(?:gcc|g\+\+|cc|c\+\+|gfortran|ld|as|clang|make|cargo|rustc|go)(?:-[\d.]+)?$")
CACHES = re.compile(
    r"^/(?:var/lib/apt/lists|var/cache/(?:apt|dnf|yum|apk)|(?:root|home/\w+|opt/airflow)/\.(?:cache|npm|cargo)|opt/conda/pkgs)/"
)
SUSPECTS = re.compile(
    r"/(?:\.netrc|\.pypirc|\.git-credentials|\.pgpass|\.env|\.Renviron|pip\.conf|uv\.toml|credentials|id_(?:rsa|ed25519|ecdsa)"
    r"|\.docker/config\.json|[^/]*\.(?:pem|key))$"
)
DOCUMENTS = re.compile(r"^/usr/(?:share|lib)/|/(?:site|dist)-packages/|^/etc/ssl/certs/")
SMALL = 65536


def files(folder: str = "/") -> Iterator[tuple[str, os.stat_result]]:
    """Every plain file of the image with what is known of it."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.path not in NOT_THE_IMAGES and not os.path.ismount(entry.path):
                yield from files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry.path, entry.stat(follow_symlinks=False)


def begins(path: str, size: int = 4) -> bytes:
    """The first bytes of a file; none where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except OSError:
        return b""


def unlinked(paths: list[str]) -> dict[str, list[str]]:
    """Shared libraries that are not there, with who wants them, as the loader tells (what ldd asks it)."""
    loader = next(iter(sorted(glob.glob("/lib*/ld-linux*.so.*") + glob.glob("/lib/ld-musl*"))), None)
    if not loader:
        return {}
    variables = {**os.environ, "LD_TRACE_LOADED_OBJECTS": "1"}

    def missing(path: str) -> tuple[str, list[str]]:
        said = subprocess.run(
            [loader, path], env=variables, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ).stdout
        return path, re.findall(r"^\s*(\S+) => not found", said.decode(errors="replace"), re.M)

    found: dict[str, list[str]] = {}
    with ThreadPoolExecutor(2) as pool:
        for path, libraries in pool.map(missing, paths):
            for library in libraries:
                found.setdefault(library, []).append(path)
    return found


def is_stale(source: str) -> bool:
    """Whether Python would run bytecode that was made of another text than this source now has."""
    head = begins(importlib.util.cache_from_source(source), 16)
    if len(head) < 16 or head[4:8] != b"\1\0\0\0":
        return False
    with open(source, "rb") as file:
        return importlib.util.source_hash(file.read()) != head[8:16]


def text(path: str) -> str:
    """A suspect's words; of a key or certificate only a private one counts."""
    words = begins(path, SMALL).decode("utf-8", "replace")
    return words if "PRIVATE KEY" in words or not path.endswith((".pem", ".key")) else ""


def main() -> None:
    """Print it all."""
    everything = list(files())
    programs = set(os.environ.get("PATH", "").split(":")) | {"/usr/bin", "/usr/local/bin"}
    elf = [
        path for path, about in everything if (".so" in path or about.st_mode & 0o111) and begins(path) == b"\x7fELF"
    ]
    libraries = sysconfig.get_path("purelib")
    suspects = [path for path, _ in everything if SUSPECTS.search(path) and not DOCUMENTS.search(path)]
    facts = {
        "setuid": [path for path, about in everything if about.st_mode & (stat.S_ISUID | stat.S_ISGID)],
        "compilers": sorted(
            {
                path
                for folder in programs
                for path in glob.glob(folder + "/*")
                if COMPILERS.match(os.path.basename(path))
            }
        ),
        "caches": sum(about.st_size for path, about in everything if CACHES.match(path)),
        "airflows": [
            path for path, _ in everything if path.endswith("/airflow/sdk/execution_time/execute_workload.py")
        ],
        "unlinked": unlinked(elf),
        "stale": [
            path for path, _ in everything if path.startswith(libraries) and path.endswith(".py") and is_stale(path)
        ],
        "suspects": {path: text(path) for path in suspects},
    }
    print("\nFACTS:" + json.dumps(facts), flush=True)


main()
