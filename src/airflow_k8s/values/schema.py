"""What values the chart has, as its schema says."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from airflow_k8s.paths import CHART

FILE = CHART / "values.schema.json"

Node = Mapping[str, Any]


@cache
def load(file: Path = FILE) -> Node:
    """The schema."""
    content: Node = json.loads(file.read_text())
    return content


def keys(node: Node, schema: Node) -> dict[str, Node]:
    """The keys that an object of the values may have by name, each with its own part of the schema."""
    named: dict[str, Node] = _resolved(node, schema).get("properties", {})
    return named


def has(path: str, schema: Node) -> bool:
    """Whether values may have this key; a name that is the user's own to choose (an image's) counts.

    Example:
        >>> schema = {"properties": {"images": {"additionalProperties": {"properties": {"tag": {}}}}}}
        >>> has("images.mine.tag", schema), has("images.mine.tga", schema), has("scheduler", schema)
        (True, False, False)
    """
    node: Node | bool | None = schema
    for key in path.split("."):
        if not isinstance(node, Mapping):
            return False
        whole = _resolved(node, schema)
        rest = whole.get("additionalProperties", {} if whole.get("type") == "object" else None)
        node = whole.get("properties", {}).get(key, rest)
    return isinstance(node, Mapping)


def unknown(values: Mapping[str, Any], schema: Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each key of the values that the schema refuses, with the keys that are allowed in its place."""
    yield from _unknown(values, schema, schema, "")


def _unknown(values: Mapping[str, Any], node: Node, schema: Node, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    whole = _resolved(node, schema)
    for key, value in values.items():
        inner = whole.get("properties", {}).get(key, whole.get("additionalProperties", True))
        here = f"{path}.{key}" if path else key
        if inner is False:
            yield here, tuple(whole.get("properties", {}))
        elif isinstance(inner, Mapping) and isinstance(value, Mapping):
            yield from _unknown(value, inner, schema, here)


def _resolved(node: Node, schema: Node) -> Node:
    """A part of the schema with what it refers to; a property that is only named (`true`) is what is referred to."""
    if "$ref" not in node:
        return node
    base = _resolved(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    own = {key: child for key, child in node.get("properties", {}).items() if child is not True}
    return (
        {**base, **node, "properties": {**base.get("properties", {}), **own}} if own or base.get("properties") else base
    )
