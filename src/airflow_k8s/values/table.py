"""The table of what other charts call things: counterparts.yaml, read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from airflow_k8s.values import schema

FILE = Path(__file__).with_name("counterparts.yaml")

NO_SUCH_KEY = "There is no such key for this component."

Rows = Mapping[str, "Row"]


@dataclass(frozen=True)
class Row:
    """What becomes of one key of another chart.

    Args:
        source: their key, as a path.
        to: ours; none means that it has no counterpart.
        shape: how the value must be changed on its way, a name of shapes.py.
        value: what stands there instead of what was given; None means what was given.
        also: what else follows, by our path.
        todo: what is left for a person to do.
        unneeded: why nothing is lost without it.
        general: whether it is said of every kind of pod.
    """

    source: str
    to: tuple[str, ...] = ()
    shape: str = "plain"
    value: object = None
    also: Mapping[str, object] = field(default_factory=dict)
    todo: str = ""
    unneeded: str = ""
    general: bool = False


def advice(path: str) -> str | None:
    """What one who wrote a key of another chart here must read; None where no other chart has it either.

    Example:
        >>> advice("scheduler.extraVolumes"), advice("webserver"), advice("schedulr")
        ('written as scheduler.volumes', 'written as apiServer, signIn', None)
    """
    rows = {**community(), **official()}
    if path not in rows:
        return None
    inside = [row.to[0].split(".")[0] for source, row in rows.items() if source.startswith(f"{path}.") and row.to]
    to = rows[path].to or tuple(dict.fromkeys(inside))
    if len(rows[path].to) > 1:
        return f"written for each component, as {to[0]}"
    return f"written as {', '.join(to)}" if to else f"left out. {rows[path].todo or rows[path].unneeded}"


@cache
def official(file: Path = FILE) -> Rows:
    """The rows of the official chart; what is said of one key wins over what is said of every pod's."""
    content = yaml.safe_load(file.read_text())
    said = {source: _row(source, entry, content["every pod"]) for source, entry in content["official"].items()}
    return {**{row.source: row for row in _pods(content)}, **said}


@cache
def community(file: Path = FILE) -> Rows:
    """The rows of keys that only the User-Community chart has."""
    return {source: _row(source, entry, ()) for source, entry in yaml.safe_load(file.read_text())["community"].items()}


@cache
def sections(file: Path = FILE) -> Mapping[str, str]:
    """Sections of Airflow's options that have another name now."""
    renamed: Mapping[str, str] = yaml.safe_load(file.read_text())["sections"]
    return renamed


def _row(source: str, entry: Mapping[str, Any], every: tuple[str, ...]) -> Row:
    to = entry.get("to", "")
    targets = tuple(to.replace("every pod", pod) for pod in every) if to.startswith("every pod.") else (to,)
    rest = {key: entry[key] for key in ("value", "also", "todo", "unneeded") if key in entry}
    return Row(source, tuple(filter(None, targets)), entry.get("as", "plain"), **rest)


def _pods(content: Mapping[str, Any]) -> Iterator[Row]:
    """What each kind of pod has; where ours of that kind lacks it, that is left to do."""
    for theirs, ours in content["pods"].items():
        for key, entry in content["of each pod"].items():
            to = f"{ours}.{entry['to']}" if "to" in entry else ""
            here = {**entry, "to": to} if not to or schema.has(to, schema.load()) else {"todo": NO_SUCH_KEY}
            yield replace(_row(f"{theirs}.{key}", here, ()), general=True)
