"""The build context of an image: exactly the files that its tag is made from, and nothing beside them."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

from airflow_k8s.images.tags import File
from airflow_k8s.paths import DIST, ROOT

IGNORED = ("__pycache__", "*.py[co]", "*.in", "*.md", ".*", "*~", "#*#")
"""Names that change no image: caches, wishes (the build reads their lock), notes, what editors leave."""

CONTEXTS = DIST / "contexts"


def files(name: str, sources: Iterable[str] = (), root: Path = ROOT) -> list[File]:
    """The context of an image, sorted: its own folder at the top, each source at its path in the checkout.

    An image without a Dockerfile gets the one that all such images share, ``images/Dockerfile``.

    Args:
        name: the image; its folder is ``images/<name>``.
        sources: further files and folders, relative to ``root``.
        root: the checkout.
    """
    own, shared = root / "images" / name, root / "images" / "Dockerfile"
    found = [] if (own / shared.name).is_file() else [_file(shared, Path(shared.name))]
    found += [_file(path, path.relative_to(own)) for path in _walk(own)]
    found += [_file(path, path.relative_to(root)) for source in sources for path in _walk(root / source)]
    return sorted(set(found))


@contextmanager
def staged(name: str, content: Iterable[File], folder: Path = CONTEXTS, wheels: Path | None = None) -> Iterator[Path]:
    """A folder that holds a context and nothing else, for as long as a build takes.

    Each build has its own, so that two at once, or an editor, cannot change what a tag has promised.
    Modes are 755 and 644 whatever the umask, because an image takes them over.

    Args:
        name: what the folder's own name begins with.
        content: the files.
        folder: where it is made.
        wheels: a folder whose wheels this host lends the build; they are no part of what a tag promises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{name}-", dir=folder) as scratch:
        context = Path(scratch)
        write(content, context)
        if wheels:
            _lend(wheels, context / "wheels")
        yield context


def write(content: Iterable[File], folder: Path) -> None:
    """Write files into a folder."""
    for file in content:
        _write(file, folder)
    for below in folder.rglob("*/"):
        below.chmod(0o755)


def _lend(wheels: Path, folder: Path) -> None:
    folder.mkdir()
    for wheel in wheels.glob("*.whl"):
        shutil.copy(wheel, folder)


def _write(file: File, context: Path) -> None:
    path = context / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    path.chmod(0o755 if file.executable else 0o644)


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for below, folders, names in os.walk(path):
        folders[:] = [folder for folder in folders if not _ignored(folder)]
        yield from (Path(below) / name for name in names if not _ignored(name))


def _ignored(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in IGNORED)


def _file(path: Path, name: Path) -> File:
    return File(name.as_posix(), path.read_bytes(), executable=bool(path.stat().st_mode & 0o100))
