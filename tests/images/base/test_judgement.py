"""`images check` is content with every image of ours, rule by rule."""

from collections.abc import Callable
from functools import cache

import docker
import pytest
from tests.images.conftest import Running

from airflow_k8s.images.check import RULES, Level, Verdict, judge

CONTRACT = "contract"
"""Has tests of its own, test_contract.py."""


@pytest.fixture(scope="session")
def verdict(client: docker.DockerClient) -> Callable[[str, str], Verdict]:
    @cache
    def verdicts(reference: str) -> dict[str, Verdict]:
        return {verdict.rule: verdict for verdict in judge(client, reference)}

    return lambda reference, rule: verdicts(reference)[rule]


@pytest.mark.parametrize("rule", [rule.name for rule in RULES if rule.name != CONTRACT])
def test_the_judge_is_content(running: Running, rule: str, verdict: Callable[[str, str], Verdict]) -> None:
    said = verdict(running.image.id, rule)
    assert said.level is Level.GOOD, said
