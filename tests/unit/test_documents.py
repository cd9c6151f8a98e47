"""What the documents show works: commands, links and examples."""

import ast
import re
import shlex
import subprocess

import click
import pytest

from airflow_k8s import cli
from airflow_k8s.cluster import tools
from airflow_k8s.paths import ROOT
from airflow_k8s.tasks import parse
from tests.unit import command_lines

FILES = [page for folder in (".", "docs", "examples") for page in (ROOT / folder).glob("*.md")]
PAGES = {page.relative_to(ROOT).as_posix(): page.read_text() for page in FILES}
README = PAGES["README.md"]
COMMANDS = cli.commands.commands


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    assert set(re.findall(r"(?:`|\$ )make ([a-z-]+)", PAGES[page])) <= command_lines.TARGETS


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_ours_that_is_shown_exists(page: str) -> None:
    for words in filter(command_lines.is_ours, command_lines.in_page(PAGES[page])):
        command_lines.check(words)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_ours_that_is_named_exists(page: str) -> None:
    named = re.findall(r"`(?:\.venv/bin/)?airflow-k8s ([a-z]+)(?: ([a-z]+))?", PAGES[page])
    groups = {name: {*getattr(command, "commands", {}), *_choices(command)} for name, command in COMMANDS.items()}
    assert [words for words in named if words[0] not in groups or (words[1] and words[1] not in groups[words[0]])] == []


def _choices(command: click.Command) -> list[str]:
    """The words that its first argument may be, where those are counted."""
    kinds = [one.type for one in command.params if isinstance(one, click.Argument)]
    return [*kinds[0].choices] if kinds and isinstance(kinds[0], click.Choice) else []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_into_the_checkout_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", PAGES[page]):
        assert link.startswith("https://") or (ROOT / page).parent.joinpath(link).exists(), link


@pytest.mark.parametrize("path", re.findall(r"`((?:src|images|charts|cluster|tests)/[\w/.-]*)`", README))
def test_every_path_of_the_readme_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_first_example_is_understood() -> None:
    (config,) = re.findall(r"executor_config=(\{.*\})\)", README)
    assert parse(ast.literal_eval(config)).image == "r-data"


def test_helm_takes_the_command_of_the_readme() -> None:
    (line,) = re.findall(r"^\$ helm (upgrade.*?[^\\])$", README, re.MULTILINE | re.DOTALL)
    words = shlex.split(line.replace("\\\n", ""))
    options = [word for word in words if word not in ("upgrade", "--install", "--create-namespace", "--wait")]
    overlay = options.index("--values")
    del options[overlay : overlay + 2]  # dist/images.yaml is not there before a build
    subprocess.run([tools.path("helm"), "template", *options], cwd=ROOT, check=True, capture_output=True)
