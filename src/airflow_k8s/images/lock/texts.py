"""What stands in the files: wishes (written by hand) and locks (written by machine). Pure: text in, data out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from airflow_k8s.errors import UserError

ARCHITECTURES = ("amd64", "arm64")
"""What locks are made for, in Debian's words."""

PACKAGE = re.compile(r"(?P<name>[a-z0-9][a-z0-9.+-]*)=(?P<version>[\w.+~:-]+)(?: \[(?P<only>\w+)\])?")
"""A line of debian.txt."""

Versions = dict[str, dict[str, str]]
"""Debian packages: name to architecture to version."""


def lines(text: str) -> list[str]:
    """The lines of a wish list, without comments.

    Example:
        >>> lines("# why\\npandas  # tables\\n\\nduckdb>=1.4\\n")
        ['pandas', 'duckdb>=1.4']
    """
    return [words for line in text.splitlines() if (words := re.sub(r"(^|\s)#.*", "", line).strip())]


def requirement(line: str, place: str) -> Requirement:
    """A Python wish, taken apart.

    Args:
        line: as it is written, "pandas>=3".
        place: where it is written, for the error.

    Raises:
        UserError: it is none; also an option like ``-r``, which a wish list does not need.

    Example:
        >>> requirement("pandas>=3", "x.in").name
        'pandas'
    """
    try:
        return Requirement(line)
    except InvalidRequirement as wrong:
        why = f"It is read as a requirement: {str(wrong).splitlines()[0]}."
        raise UserError(f"{place}: `{line}` is no wish.", why, "Write a name, or a name with a bound.") from wrong


def name_of(wish: str) -> str:
    """The package that a requirement or a pin is about, spelt as locks spell it.

    Example:
        >>> name_of("Great_Expectations[sql]>=1"), name_of("psycopg-binary==3.3 ; implementation_name != 'pypy'")
        ('great-expectations', 'psycopg-binary')
    """
    return canonicalize_name(re.split(r"[=<>!~;@\[\s]", wish, maxsplit=1)[0])


def blocks(lock: str) -> list[str]:
    r"""The requirements of a lock, each with its hashes.

    Example:
        >>> blocks("a==1 \\\n    --hash=sha256:0\nb==2\n")
        ['a==1 \\\n    --hash=sha256:0\n', 'b==2\n']
    """
    return re.findall(r"^[^#\s].*\n(?:[ \t].*\n)*", lock, re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    r"""The versions of a lock by package; one that differs between Pythons has them all.

    Example:
        >>> pins("a==1 \\\n    --hash=sha256:0\nb==2 ; python_version < '3.14'\nb==3 ; python_version >= '3.14'\n")
        {'a': '1', 'b': '2 or 3'}
    """
    found: dict[str, str] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)", lock, re.MULTILINE):
        found[name_of(name)] = f"{found[name_of(name)]} or {version}" if name_of(name) in found else version
    return found


def debian_head(release: str, date: str) -> str:
    """The first line of debian.txt.

    Example:
        >>> debian_head("trixie", "2026-11-20T08:15Z")
        '# Debian trixie, lists of 2026-11-20T08:15Z. Written by `airflow-k8s images lock`.'
    """
    return f"# Debian {release}, lists of {date}. Written by `airflow-k8s images lock`."


def debian_text(head: str, versions: Versions) -> str:
    """A debian.txt: a line a package, and one for each architecture where they differ.

    Example:
        >>> print(debian_text("# head", {"r": {"amd64": "4", "arm64": "4"}, "b": {"amd64": "1"}}), end="")
        # head
        b=1 [amd64]
        r=4
    """
    return (
        "\n".join([head, *(line for name in sorted(versions) for line in _debian_lines(name, versions[name]))]) + "\n"
    )


def debian_versions(lock: str) -> Versions:
    """What a debian.txt holds.

    Example:
        >>> debian_versions("# head\\nb=1 [amd64]\\nr=4\\n")
        {'b': {'amd64': '1'}, 'r': {'amd64': '4', 'arm64': '4'}}
    """
    found: Versions = {}
    for line in lines(lock):
        if match := PACKAGE.fullmatch(line):
            only = match["only"]
            found.setdefault(match["name"], {}).update(
                dict.fromkeys([only] if only else ARCHITECTURES, match["version"])
            )
    return found


@dataclass(frozen=True)
class Move:
    """A package whose version a lock changes, or holds back.

    Args:
        package: its name.
        image: whose lock it is.
        before: its version, None where it is new.
        after: its version, None where it goes.
        kind: "python", "r", "debian" or "environment".
        environment: the isolated environment, where it is one's.
        note: what else there is to know: why it is not newer.
    """

    package: str
    image: str
    before: str | None
    after: str | None
    kind: str
    environment: str = ""
    note: str = ""


def python_moves(image: str, before: str, after: str, environment: str = "") -> list[Move]:
    """What changes between two texts of a Python lock.

    Example:
        >>> [(move.package, move.before, move.after) for move in python_moves("base", "a==1\\nb==1\\n", "b==2\\n")]
        [('a', '1', None), ('b', '1', '2')]
    """
    kind = "environment" if environment else "python"
    return [Move(name, image, *change, kind, environment) for name, change in _changes(pins(before), pins(after))]


def debian_moves(image: str, before: str, after: str) -> list[Move]:
    """What changes between two texts of a debian.txt; R's packages are those that Debian calls r-cran-….

    Example:
        >>> debian_moves("r-data", "", "r-cran-dbi=1.2.3-1\\n")
        [Move(package='r-cran-dbi', image='r-data', before=None, after='1.2.3-1', kind='r', environment='', note='')]
    """
    old, new = ({name: _shown(one) for name, one in debian_versions(text).items()} for text in (before, after))
    return [Move(name, image, *change, _kind(name)) for name, change in _changes(old, new)]


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[tuple[str, tuple[str | None, str | None]]]:
    pairs = ((name, (old.get(name), new.get(name))) for name in sorted({*old, *new}))
    return [(name, change) for name, change in pairs if change[0] != change[1]]


def _kind(package: str) -> str:
    return "r" if package.startswith("r-cran-") else "debian"


def _shown(versions: Mapping[str, str]) -> str:
    """'1' where all architectures have it, else '1 [amd64], 2 [arm64]'."""
    return ", ".join(line.split("=", 1)[1] for line in _debian_lines("", versions))


def _debian_lines(name: str, versions: Mapping[str, str]) -> list[str]:
    if [*versions] == [*ARCHITECTURES] and len(set(versions.values())) == 1:
        return [f"{name}={versions[ARCHITECTURES[0]]}"]
    return [f"{name}={version} [{architecture}]" for architecture, version in sorted(versions.items())]
