"""The commands `airflow-k8s cluster …` at their edges; their middle is tried by the smoke tests."""

import json

import pytest
from click.testing import CliRunner

from airflow_k8s.cluster import commands, doctor
from airflow_k8s.cluster.doctor import Finding
from airflow_k8s.errors import UserError


@pytest.mark.parametrize("verb", sorted(commands.cluster.commands))
def test_every_command_explains_itself(verb: str) -> None:
    answer = CliRunner().invoke(commands.cluster, [verb, "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) > 4


def test_an_unknown_tool_is_told_with_the_known_ones() -> None:
    answer = CliRunner().invoke(commands.cluster, ["tools", "terraform"])
    assert isinstance(answer.exception, UserError)
    assert "terraform" in str(answer.exception)
    assert "kubectl" in str(answer.exception)


@pytest.mark.parametrize(
    ("finding", "code"),
    [(Finding("Go", "good", "x"), 0), (Finding("Go", "can be mended", "x"), 0), (Finding("disk", "bad", "full"), 1)],
)
def test_doctor_exits_with_1_where_something_is_in_the_way(
    finding: Finding, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: [finding])
    answer = CliRunner().invoke(commands.cluster, ["doctor", "--json"])
    assert answer.exit_code == code
    assert json.loads(answer.output) == [{"subject": finding.subject, "verdict": finding.verdict, "says": finding.says}]


def test_a_port_out_of_range_is_refused() -> None:
    assert CliRunner().invoke(commands.cluster, ["up", "--port", "70000"]).exit_code == 2
