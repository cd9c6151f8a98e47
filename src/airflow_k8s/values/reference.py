"""The values as tables, for the chart's README: every key, its default and its sentence, read from values.yaml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from airflow_k8s.paths import CHART

VALUES = CHART / "values.yaml"
README = CHART / "README.md"
BLOCK = re.compile(r"(?<=<!-- written by `airflow-k8s values write` from values.yaml -->\n).*", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A key of the values.

    Args:
        path: from the top.
        default: as it is written in values.yaml; empty for one that only holds others.
        sentence: what it is for; empty where another component's says it.
    """

    path: str
    default: str
    sentence: str


def text() -> str:
    """What the README must hold: what was written by hand, and the tables."""
    return BLOCK.sub(lambda _: "\n".join(_tables([*entries(VALUES.read_text())])) + "\n", README.read_text())


def entries(source: str) -> Iterator[Entry]:
    r"""Every key of a values file, in its order.

    Example:
        >>> for entry in entries("# -- Who runs.\nserver:\n  # -- How many pods.\n  replicas: 1\n"):
        ...     print(entry)
        Entry(path='server', default='', sentence='Who runs.')
        Entry(path='server.replicas', default='1', sentence='How many pods.')
    """
    yield from _entries(yaml.compose(source), source, source.splitlines(), "")


def _entries(node: Any, source: str, lines: list[str], above: str) -> Iterator[Entry]:
    for key, value in node.value:
        path = f"{above}.{key.value}".strip(".")
        block = isinstance(value, yaml.MappingNode) and not value.flow_style
        default = "" if block else source[value.start_mark.index : value.end_mark.index].strip()
        yield Entry(path, default, _sentence(lines, key.start_mark.line))
        if block:
            yield from _entries(value, source, lines, path)


def _sentence(lines: list[str], number: int) -> str:
    """The comment above a line."""
    said: list[str] = []
    while number and (match := re.match(r"\s*# (?:-- )?(.*)", lines[number - 1])):
        said.insert(0, match[1])
        number -= 1
    return " ".join(said)


def _tables(found: list[Entry]) -> Iterator[str]:
    """A heading and a table for each key at the top; a key without a sentence has that of the same key above it."""
    sentences: dict[str, str] = {}
    for entry in found:
        last = entry.path.rsplit(".", 1)[-1]
        sentence = entry.sentence or sentences.get(last, "")
        sentences.setdefault(last, sentence)
        if last == entry.path:
            yield from ("", f"### {last}", "", sentence, "", "| key | default | |", "|---|---|---|")
            sentence = ""
        if entry.default:
            yield f"| `{entry.path}` | `{_cell(entry.default)}` | {_cell(sentence)} |"


def _cell(words: str) -> str:
    return words.replace("|", r"\|")
