"""Commands of this repository, as documents and workflows write them."""

import os
import re
import shlex
from unittest.mock import patch

import click

from airflow_k8s.cli import commands
from airflow_k8s.paths import ROOT

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
REDIRECTION = re.compile(r"\s(>|<)\s*\S+")


def in_shell(text: str) -> list[list[str]]:
    """The commands of a shell script, each as its words.

    Example:
        >>> in_shell("cd x && make lock UPGRADE=1 | tee y > z  # first")
        [['cd', 'x'], ['make', 'lock', 'UPGRADE=1'], ['tee', 'y']]
    """
    found: list[list[str]] = []
    for line in text.replace("\\\n", " ").splitlines():
        found.append([])
        lexer = shlex.shlex(REDIRECTION.sub("", line), posix=True, punctuation_chars="|&;")
        lexer.whitespace_split = True
        for word in lexer:
            if set(word) <= set("|&;"):
                found.append([])
            else:
                found[-1].append(word)
    return [words for words in found if words]


def in_page(text: str) -> list[list[str]]:
    """The commands that a page shows in its blocks, behind `$`."""
    blocks = re.findall(r"^```(?:console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    shown = (line for block in blocks for line in re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.MULTILINE))
    return [words for line in shown for words in in_shell(line)]


def is_ours(words: list[str]) -> bool:
    """Whether a command is one of this repository."""
    return words[0].removeprefix(".venv/bin/") in ("make", "airflow-k8s")


def check(words: list[str]) -> None:
    """See that a command of ours exists, with all its options; nothing is run."""
    if words[0] == "make":
        assert {word for word in words[1:] if "=" not in word} <= TARGETS, words
        return
    command, context, rest = commands, click.Context(commands), words[1:]
    while isinstance(command, click.Group):
        context = click.Context(command, parent=context)
        name, command, rest = command.resolve_command(context, rest)
    with patch.dict(os.environ):  # some options are told to all code by their variables
        command.make_context(name, rest, parent=context)
