"""The rules that `ct lint` applies, with ct where it is installed and without it everywhere."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yamale
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from airflow_k8s.paths import CHART, ROOT
from tests.chart.rendered import SET_UPS, helm

CT = yaml.safe_load((ROOT / "ct.yaml").read_text())


@pytest.mark.parametrize("file", [CHART / "Chart.yaml", CHART / "values.yaml", *SET_UPS.values()], ids=lambda f: f.name)
def test_yamllint_has_nothing_to_say(file: Path) -> None:
    rules = YamlLintConfig(file=str(ROOT / CT["lint-conf"]))
    assert [f"{problem.line}: {problem.desc}" for problem in linter.run(file.read_text(), rules)] == []


def test_chart_yaml_follows_its_schema() -> None:
    schema = yamale.make_schema(ROOT / CT["chart-yaml-schema"])
    yamale.validate(schema, yamale.make_data(CHART / "Chart.yaml"))


@pytest.mark.parametrize("set_up", SET_UPS)
def test_helm_lint_has_nothing_to_say(set_up: str) -> None:
    done = helm("lint", "--strict", file=SET_UPS[set_up])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("ct") is None, reason="chart-testing is not installed")
def test_ct_lint_has_nothing_to_say() -> None:
    done = subprocess.run(["ct", "lint", "--all"], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ct_finds_the_chart_where_it_looks() -> None:
    assert [ROOT / directory for directory in CT["chart-dirs"]] == [CHART.parent]
