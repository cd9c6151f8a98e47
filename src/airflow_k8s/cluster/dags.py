"""Put directories of DAG files on the node, where the volume `dags` is."""

import io
import tarfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from docker.models.containers import Container

from airflow_k8s.cluster import kind
from airflow_k8s.errors import UserError

ON_NODE = "/var/airflow-dags"
"""As in cluster/dags.yaml."""

INCOMING = "/var/airflow-dags.incoming"
"""On the same file system, so that each file is moved into place whole: nobody ever parses half a DAG."""

IGNORED = ("__pycache__", ".git", ".DS_Store", ".ruff_cache", ".mypy_cache")


def sync(*directories: Path) -> list[str]:
    """Make the cluster's DAG volume hold what directories hold; files that are gone from them are removed.

    Args:
        directories: folders with DAG files; folders in them come along.

    Returns:
        The files' names, relative to their directory.

    Raises:
        UserError: there is no such directory, two have a file of one name, or no cluster runs.
    """
    found = files(*directories)
    container = _node()
    _execute(container, ["rm", "-rf", INCOMING])
    _execute(container, ["mkdir", "-p", "-m", "0755", INCOMING, ON_NODE])
    container.put_archive(INCOMING, archive(found))
    _execute(container, ["sh", "-euc", _MOVE])
    _remove(container, superfluous(_present(container), found))
    return list(found)


def files(*directories: Path) -> dict[str, Path]:
    """The files of directories that belong on the volume: their names there, sorted, and where each lies here.

    Raises:
        UserError: there is no such directory, or two have a file of one name.
    """
    found: dict[str, Path] = {}
    for name, path in sorted(entry for directory in directories for entry in _files(directory)):
        if name in found:
            raise UserError(
                f"{name} is in two of the directories.", "The volume has room for one file of that name.", "Rename one."
            )
        found[name] = path
    return found


def _files(directory: Path) -> Iterator[tuple[str, Path]]:
    if not directory.is_dir():
        raise UserError(
            f"There are no DAGs in {directory}.", "It is not a directory.", "Name a directory of DAG files."
        )
    for path in directory.rglob("*"):
        name = path.relative_to(directory)
        if path.is_file() and not any(part in IGNORED for part in name.parts):
            yield name.as_posix(), path


def archive(found: Mapping[str, Path]) -> bytes:
    """A tar of files that anyone may read and only root may change, whoever they belong to here.

    Args:
        found: names in the tar, and the files.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as tar:
        for name, path in found.items():
            tar.add(path, name, filter=_for_everyone)
    return buffer.getvalue()


def superfluous(present: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The files to remove so that only the wanted ones are left.

    Example:
        >>> superfluous(["a.py", "old/b.py"], ["a.py", "c.py"])
        ['old/b.py']
    """
    return sorted(set(present) - set(wanted))


# A pod holds the volume's folder itself, so files are moved into it one by one and the folder stays.
_MOVE = f"""
cd {INCOMING}
find . -type d -exec mkdir -p -m 0755 {ON_NODE}/{{}} \\;
find . -type f -exec mv -f {{}} {ON_NODE}/{{}} \\;
rm -rf {INCOMING}
"""


def _for_everyone(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime = int(time.time())  # the DAG processor reads at once what is newer than its last look at it
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry


def _node() -> Container:
    container = kind.node_container()
    if container is None or container.status != "running":
        raise UserError("No cluster runs.", "DAGs are put on its node.", "Run `airflow-k8s cluster up` first.")
    return container


def _present(container: Container) -> list[str]:
    listed = _execute(container, ["find", ON_NODE, "-type", "f", "-printf", "%P\\0"])
    return [name for name in listed.split("\0") if name]


def _remove(container: Container, names: list[str]) -> None:
    if names:
        _execute(container, ["rm", "-f", "--", *(f"{ON_NODE}/{name}" for name in names)])
    _execute(container, ["find", ON_NODE, "-mindepth", "1", "-type", "d", "-empty", "-delete"])


def _execute(container: Container, command: list[str]) -> str:
    code, output = container.exec_run(command)
    text = output.decode(errors="replace") if isinstance(output, bytes) else ""
    if code:
        raise UserError(f"`{command[0]}` failed on the node.", text.strip(), "Run `airflow-k8s cluster up` again.")
    return text
