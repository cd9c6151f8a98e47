"""The part of values.schema.json by which helm says what a key of another chart is called here.

Helm looks at the schema before it looks at any template, so a sentence can only come from the schema. It prints what
a value must be: a key that must be the sentence is refused with the sentence.
"""

import json
import re
from typing import Any

from airflow_k8s.values import schema, table

BLOCK = re.compile(r'(?<=    "foreign": )\{.*?\n    \}(?=,?\n)', re.DOTALL)


def text() -> str:
    """What values.schema.json must hold: all that was written by hand, and this part."""
    lines = [f"        {json.dumps(key)}: {json.dumps(node)}" for key, node in sorted(_refused().items())]
    block = '{\n      "properties": {\n' + ",\n".join(lines) + "\n      }\n    }"
    return BLOCK.sub(lambda _: block, schema.FILE.read_text())


def _refused() -> dict[str, Any]:
    """A schema for each key of other charts: deep as it must be, and no deeper.

    Of what is said of every kind of pod only what has a counterpart: the rest is refused all the same, and
    `airflow-k8s values check` says why.
    """
    properties: dict[str, Any] = {}
    rows = [row for row in {**table.community(), **table.official()}.values() if row.to or not row.general]
    for path in sorted(set(filter(None, (_foreign(row.source) for row in rows)))):
        if said := table.advice(path):
            _put(properties, path.split("."), {"const": said})
    return properties


def _foreign(path: str) -> str | None:
    """The part of a path that this chart does not have, up to the first key that it lacks.

    Example:
        >>> _foreign("dags.gitSync.repo"), _foreign("workers.replicas"), _foreign("scheduler.replicas")
        ('dags.gitSync', 'workers', None)
    """
    keys = path.split(".")
    node: schema.Node = schema.load()
    for number, key in enumerate(keys, 1):
        here = schema.keys(node, schema.load())
        if key not in here:
            return None if keys[0] == "config" else ".".join(keys[:number])
        node = here[key]
    return None


def _put(properties: dict[str, Any], keys: list[str], node: dict[str, Any]) -> None:
    """Set a schema at a path."""
    for key in keys[:-1]:
        properties = properties.setdefault(key, {"properties": {}})["properties"]
    properties[keys[-1]] = node
