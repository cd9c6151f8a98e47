"""A package index for a test: a folder of wheels that hold nothing but names, versions and what they need."""

import tarfile
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path


def wheel(folder: Path, name: str, version: str, needs: Iterable[str] = ()) -> None:
    """Write a wheel."""
    stem = f"{name.replace('-', '_')}-{version}"
    about = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as file:
        file.writestr(f"{stem}.dist-info/METADATA", "\n".join(["Metadata-Version: 2.1", *about, ""]))
        file.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{stem}.dist-info/RECORD", "")


def hanging_source(folder: Path, name: str, pid: Path) -> None:
    """Write a source distribution that never says what it needs; whoever asks finds his process id in a file."""
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as file:
        for path, text in {"pyproject.toml": PROJECT, "hangs.py": BACKEND.format(pid=str(pid))}.items():
            entry = tarfile.TarInfo(f"{name}-1.0/{path}")
            entry.size = len(text)
            file.addfile(entry, BytesIO(text.encode()))


PROJECT = '[build-system]\nrequires = []\nbuild-backend = "hangs"\nbackend-path = ["."]\n'
BACKEND = """
import os, pathlib, time

def get_requires_for_build_wheel(settings=None):
    pathlib.Path({pid!r}).write_text(str(os.getpid()))
    time.sleep(600)
"""


def settings(folder: Path) -> str:
    """The text of a uv.toml that knows this folder and no index."""
    return f'no-index = true\nfind-links = ["{folder}"]\n'
