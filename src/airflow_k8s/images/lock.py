"""Freeze what images want (requirements.in) into what they get (requirements.txt): versions and hashes, no hosts."""

import re
import shutil
import tempfile
from pathlib import Path

import uv

from airflow_k8s import process
from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import Catalogue, nearest
from airflow_k8s.paths import ROOT

WANTED, LOCKED = "requirements.in", "requirements.txt"


def lock_all(catalogue: Catalogue, airflow: str, names: tuple[str, ...] = (), *, upgrade: bool = False) -> list[Path]:
    """Write the locks of the named folders below images/, or of all that have a requirements.in.

    Args:
        catalogue: tells who is whose parent, and the Python release.
        airflow: the version of Airflow, which roots of the catalogue get.
        names: folders below images/: images, and ``tools``.
        upgrade: take newer versions; without, what is locked stays as long as it fits.

    Returns:
        The locks, in the order they were written: parents first.

    Raises:
        UserError: no such folder, or no versions fit together (uv's own words are in the message).
    """
    folders = lockable(catalogue)
    for name in names:
        if name not in folders:
            known = f"Folders with a {WANTED} are {', '.join(folders)}."
            raise UserError(
                f"images/{name} has nothing to lock.", known, nearest(name, folders) or f"Write a {WANTED}."
            )
    return [lock(catalogue, name, airflow, upgrade=upgrade) for name in folders if name in (names or folders)]


def lockable(catalogue: Catalogue, root: Path = ROOT) -> list[str]:
    """Folders below images/ that have a requirements.in: what builds use first, then images, parents first."""
    found = sorted(path.parent.name for path in root.glob(f"images/*/{WANTED}"))
    return [name for name in found if name not in catalogue.images] + [
        name for name in catalogue.order() if name in found
    ]


def lock(catalogue: Catalogue, name: str, airflow: str, root: Path = ROOT, *, upgrade: bool = False) -> Path:
    """Write one lock.

    A child's lock holds its additions only. The parents' pins bind it, so that a child never moves one of them.
    """
    folder = root / "images" / name
    line = catalogue.line(name) if name in catalogue.images else [name]
    above = [path for parent in line[1:] if (path := root / "images" / parent / LOCKED).exists()]
    airflow_is_root = name in catalogue.images and len(line) == 1 and not catalogue.images[name].builder
    roots = f"apache-airflow=={airflow}\n" if airflow_is_root else ""
    text = _resolve(folder, above, roots, python_release(catalogue), upgrade=upgrade)
    pinned = {package(block) for path in above for block in blocks(path.read_text())}
    target = folder / LOCKED
    target.write_text("".join(block for block in blocks(text) if package(block) not in pinned))
    return target


def python_release(catalogue: Catalogue) -> str:
    """The one Python release that the catalogue names; images with different ones could not share tasks.

    Raises:
        UserError: it names none, or more than one.
    """
    named = {release for image in catalogue.images.values() if (release := image.releases.get("python"))}
    if len(named) != 1:
        said = ", ".join(sorted(named)) or "none"
        raise UserError("Locks need one Python release.", f"The catalogue names {said}.", "Name it at the root image.")
    return named.pop()


def blocks(lock: str) -> list[str]:
    r"""The requirements of a lock, each with its hashes.

    Example:
        >>> blocks("a==1 \\\n    --hash=sha256:0\nb==2\n")
        ['a==1 \\\n    --hash=sha256:0\n', 'b==2\n']
    """
    return re.findall(r"^\S.*\n(?:[ \t].*\n)*", lock, re.MULTILINE)


def package(block: str) -> str:
    """The name in front of a requirement.

    Example:
        >>> package("psycopg-binary==3.3.9 ; implementation_name != 'pypy'")
        'psycopg-binary'
    """
    return re.split(r"[=<>!~;\[\s]", block, maxsplit=1)[0].lower()


def _resolve(folder: Path, above: list[Path], roots: str, python: str, *, upgrade: bool) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        wanted, locked = Path(scratch) / WANTED, Path(scratch) / LOCKED
        wanted.write_text(roots + (folder / WANTED).read_text())
        if (folder / LOCKED).exists():  # uv keeps the versions that it finds in its output file
            shutil.copy(folder / LOCKED, locked)
        options = [
            "--universal",
            "--generate-hashes",
            "--python-version",
            python,
            "--no-header",
            "--no-annotate",
            "--quiet",
        ]
        options += ["--upgrade"] * upgrade
        constraints = [word for path in above for word in ("--constraint", str(path))]
        process.run(
            [uv.find_uv_bin(), "pip", "compile", *options, *constraints, "--output-file", locked, wanted],
            remedy=f"Loosen {folder.name}/{WANTED}; what cannot live with the parent needs an image on another one.",
        )
        return locked.read_text()
