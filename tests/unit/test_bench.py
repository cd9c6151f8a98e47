"""The benches of what runs in Airflow, with a single file or pair: that they measure, not how much."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from airflow_k8s import bench as records
from airflow_k8s.bench import Figure, lint, parts, policy
from airflow_k8s.bench.commands import bench
from airflow_k8s.bench.parts import Measured


def test_the_policy_is_measured_on_every_kind_of_task() -> None:
    figures = policy.measure(pairs=1)
    assert [figure.what for figure in figures] == [*policy.CASES]
    assert {figure.budget for figure in figures} == {policy.BUDGET}


def test_lint_is_measured_on_files_that_it_judges() -> None:
    cpu, clock = lint.measure(files=len(lint.KINDS), runs=1)
    assert (cpu.value > 0, clock.value > 0) == (True, True)
    assert (cpu.budget, clock.budget) == (lint.BUDGET, None)


@pytest.mark.parametrize(("value", "code", "said"), [(4.0, 0, "20%"), (6.0, 1, "-20%")], ids=["within", "broken"])
def test_parts_are_told_beside_their_budget(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: float, code: int, said: str
) -> None:
    figure = Figure("a task", value, "ms", 5.0)
    monkeypatch.setattr(
        parts, "PARTS", parts.PARTS | {"policy": lambda: Measured([("policy", [figure])], {}, [figure.as_json()])}
    )
    monkeypatch.setattr("airflow_k8s.bench.commands.PARTS", parts.PARTS)
    monkeypatch.setattr(records.record, "__defaults__", (tmp_path,))
    done = CliRunner().invoke(bench, ["policy"])
    assert (done.exit_code, said in done.stdout) == (code, True)
    (kept,) = tmp_path.glob("policy-*.json")
    assert json.loads(kept.read_text())["figures"][0]["value"] == value
    machine = CliRunner().invoke(bench, ["policy", "--json"])
    assert (machine.exit_code, json.loads(machine.stdout)["policy"][0]["broken"]) == (code, bool(code))


def test_a_part_that_there_is_not_is_named() -> None:
    done = CliRunner().invoke(bench, ["polcy"])
    assert (done.exit_code, ", ".join(map(repr, parts.PARTS)) in done.output) == (2, True)
