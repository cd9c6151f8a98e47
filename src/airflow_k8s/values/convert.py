"""Turn values of the official chart into this chart's, and tell what became of each key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.values.options import Options
from airflow_k8s.values.shapes import SHAPES
from airflow_k8s.values.table import Row, Rows

Values = Mapping[str, Any]

JOINED = {"env", "envFrom", "podLabels", "podAnnotations", "annotations", "volumes", "volumeMounts", "imagePullSecrets"}
"""Keys where the official chart adds a component's own to everyone's; elsewhere the component's own replaces it."""

TEMPLATE = "It holds a template, and values are no templates here: write out what it gives."
STRANGE = "Unknown here and in the official chart 1.2x: is it a typing error?"


@dataclass(frozen=True)
class Knowledge:
    """What a conversion goes by.

    Args:
        rows: what becomes of each key.
        options: Airflow's own options, for `config`.
        sections: sections of options that have another name now.
    """

    rows: Rows
    options: Options
    sections: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Conversion:
    """What came out.

    Args:
        values: ours.
        moved: their key, and where it is now.
        todo: their key, and what is left for a person to do.
        unneeded: their key, and why nothing is lost without it.
    """

    values: dict[str, Any] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    todo: dict[str, str] = field(default_factory=dict)
    unneeded: dict[str, str] = field(default_factory=dict)


def convert(theirs: Values, known: Knowledge) -> Conversion:
    """Turn values of the official chart into ours.

    Args:
        theirs: their values.
        known: what becomes of each key.

    Example:
        >>> rows = {"webserver.replicas": Row("webserver.replicas", ("apiServer.replicas",))}
        >>> known = Knowledge(rows, Options("3.3.2", {}, {}, {}))
        >>> done = convert({"webserver": {"replicas": 2}, "speed": 9}, known)
        >>> done.values, sorted(done.todo)
        ({'apiServer': {'replicas': 2}}, ['speed'])
    """
    done = Conversion()
    rest = {key: value for key, value in theirs.items() if key != "config"}
    found = list(_decided(rest, known.rows, "", None))
    # Everyone's first, so that a component's own comes over it.
    for path, value, row in sorted(found, key=lambda one: not (one[2] and len(one[2].to) > 1)):
        _apply(done, path, value, row)
    for section, entries in (theirs.get("config") or {}).items():
        for option, value in (entries or {}).items():
            if value is not None:
                _option(done, known, (known.sections.get(section, section), option), value)
    return done


def _decided(node: Values, rows: Rows, above: str, fallback: Row | None) -> Iterator[tuple[str, Any, Row | None]]:
    """Each key that is set, with the longest row that fits; what is empty is the official chart's default."""
    for key, value in node.items():
        path = f"{above}.{key}" if above else key
        row = rows.get(path)
        if value is None or value in ({}, [], ""):
            continue
        if isinstance(value, Mapping) and any(source.startswith(f"{path}.") for source in rows):
            yield from _decided(value, rows, path, row or fallback)
        else:
            yield path, value, row or fallback


def _apply(done: Conversion, path: str, value: Any, row: Row | None) -> None:
    if row is None:
        done.todo[path] = STRANGE
    elif row.to:
        _move(done, path, value, row)
    else:
        (done.todo if row.todo else done.unneeded)[row.source] = row.todo or row.unneeded


def _move(done: Conversion, path: str, value: Any, row: Row) -> None:
    if row.value is None and templated(value):
        done.todo[path] = f"{TEMPLATE} Ours: {row.to[0]}."
        return
    try:
        ours = SHAPES[row.shape](value) if row.value is None else row.value
    except (UserError, KeyError, AttributeError, TypeError) as error:
        done.todo[path] = f"{error if isinstance(error, UserError) else 'It is not written as in the official chart.'}"
        return
    for target, what in {**dict.fromkeys(row.to, ours), **row.also}.items():
        put(done.values, target.split("."), what)
    done.moved[path] = row.to[0] if len(row.to) == 1 else f"{row.to[0]}, and {len(row.to) - 1} more"
    if row.todo:
        done.todo[path] = row.todo


def _option(done: Conversion, known: Knowledge, name: tuple[str, str], value: Any) -> None:
    """One option of Airflow's own; it may have another name now."""
    options, was = known.options, ".".join(name)
    now = options.renamed.get(was, was)
    section, option = now.rsplit(".", 1)
    path = f"config.{was}"
    row = next(filter(None, map(known.rows.get, (f"config.{now}", path, f"config.{section}"))), None)
    if row:
        _apply(done, path, value, row)
    elif was in options.gone:
        done.unneeded[path] = f"Gone from Airflow {options.airflow}. {options.gone[was]}".strip()
    elif templated(value):
        done.todo[path] = f"{TEMPLATE} Ours: config.{now}."
    elif section in options.known and option not in options.known[section]:
        done.todo[path] = options.problem(section, option) or ""
    else:
        _put_option(done, path, (section, option), value, checked=section in options.known)


def _put_option(done: Conversion, path: str, name: tuple[str, str], value: Any, *, checked: bool) -> None:
    home = "config" if checked else "configUnchecked"
    put(done.values, (home, *name), value)
    done.moved[path] = ".".join((home, *name))
    if not checked:
        done.todo[path] = (
            "Its section is of a provider that the base image lacks: add it to images/base/requirements.in."
        )


def templated(value: Any) -> bool:
    """Whether helm would have rendered something in a value.

    Example:
        >>> templated({"a": ["x", "{{ .Release.Name }}"]}), templated({"a": "{x}"})
        (True, False)
    """
    if isinstance(value, Mapping):
        return any(map(templated, value.values()))
    return any(map(templated, value)) if isinstance(value, list) else "{{" in str(value)


def put(values: dict[str, Any], path: Iterable[str], value: Any) -> None:
    """Set a key; what adds up is joined.

    Example:
        >>> values = {"scheduler": {"env": {"A": 1}}}
        >>> put(values, ("scheduler", "env"), {"B": 2}), put(values, ("scheduler", "replicas"), 2), values
        (None, None, {'scheduler': {'env': {'A': 1, 'B': 2}, 'replicas': 2}})
    """
    *above, last = path
    for key in above:
        values = values.setdefault(key, {})
    there = values.get(last)
    if last in JOINED and isinstance(value, Mapping):
        values[last] = {**(there or {}), **value}
    else:
        values[last] = [*(there or []), *value] if last in JOINED else value


def text(done: Conversion, source: str) -> str:
    """Our values as a file, with what is left to do at its top.

    Args:
        done: the conversion.
        source: the name of their file.
    """
    todo = [f"#   {path}: {sentence}" for path, sentence in done.todo.items()]
    head = [f"# Made by `airflow-k8s values convert` from {source}.", *(["# Left to do:"] if todo else []), *todo]
    return "\n".join([*head, yaml.dump(done.values, Dumper=_Plain, sort_keys=False) if done.values else "{}\n"])


class _Plain(yaml.SafeDumper):
    """Writes what is there twice twice: people edit the file."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True
