"""What analysts write, in Airflow's DAG processor: the whole pod of what is right, the sentence for what is wrong."""

import json
from pathlib import Path
from types import ModuleType

import pytest

from tests import corpus
from tests.corpus import MISTAKES, PODS, SPELLINGS, Case, Mistake

RENEW = "see what changed: .venv/bin/python -m tests.corpus, and git diff"


def name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", SPELLINGS, ids=name)
def test_every_spelling_becomes_its_pod(
    processor: ModuleType, catalogue_file: Path, tmp_path: Path, case: Case
) -> None:
    config = corpus.parsed(processor, case, tmp_path).config(case.task)
    assert corpus.pod_text(case, config) == (PODS / f"{case.name}.yaml").read_text(), RENEW


@pytest.mark.parametrize("case", SPELLINGS, ids=name)
def test_two_parses_give_the_same_dag(processor: ModuleType, catalogue_file: Path, tmp_path: Path, case: Case) -> None:
    first, second = (json.dumps(corpus.parsed(processor, case, tmp_path).serialized, sort_keys=True) for _ in "12")
    assert first == second


@pytest.mark.parametrize("case", MISTAKES, ids=name)
def test_every_mistake_is_an_import_error_in_its_words(
    processor: ModuleType, catalogue_file: Path, tmp_path: Path, case: Mistake
) -> None:
    parsed = corpus.parsed(processor, case, tmp_path)
    assert parsed.error == f"AirflowClusterPolicyViolation: {case.message}"
    assert parsed.serialized == []


def test_every_pod_has_its_spelling() -> None:
    assert {file.stem for file in PODS.iterdir()} == {case.name for case in SPELLINGS}, RENEW


def test_the_catalogue_is_what_the_chart_publishes() -> None:
    assert corpus.CATALOGUE.read_text() == corpus.catalogue_text(), RENEW


def test_the_corpus_is_as_large_as_was_promised() -> None:
    assert len(SPELLINGS) >= 30
    assert len(MISTAKES) >= 40
    assert sum(case.sample for case in MISTAKES) == 10
