"""Workflows are YAML, and call what exists; everything they do is a command that a person can run."""

from typing import Any

import pytest
import yaml

from airflow_k8s.paths import ROOT
from tests.unit import command_lines

WORKFLOWS = {path.name: path.read_text() for path in ROOT.glob(".github/workflows/*.yaml")}
OTHERS = {"curl", "docker", "echo", "exit", "gh", "git", "tee"}
"""Programs that workflows may call beside our own: those of every runner."""


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in yaml.safe_load(WORKFLOWS[name])["jobs"].values() for step in job["steps"]]


def called(name: str) -> list[list[str]]:
    return [words for step in steps(name) for words in command_lines.in_shell(step.get("run", ""))]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_command_of_ours_exists(name: str) -> None:
    ours = [words for words in called(name) if command_lines.is_ours(words)]
    assert ours
    for words in ours:
        command_lines.check(words)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_other_programs_are_called(name: str) -> None:
    others = {words[0] for words in called(name) if not command_lines.is_ours(words)}
    assert others <= OTHERS


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_come_from_github_itself(name: str) -> None:
    assert all(step["uses"].startswith("actions/") for step in steps(name) if "uses" in step)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_job_has_an_end(name: str) -> None:
    assert all(job["timeout-minutes"] for job in yaml.safe_load(WORKFLOWS[name])["jobs"].values())
