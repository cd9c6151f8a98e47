"""Judge any image, also one that this repository did not build: can tasks run on it?

Facts are gathered once (gather.py); each rule is a pure function of them, in the file of its topic.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_k8s.images.check import gather

# topics register their rules in this order
from airflow_k8s.images.check import metadata, starting, versions, system, safety  # noqa: F401  isort: skip
from airflow_k8s.images.check.expected import Expected, of_this_checkout
from airflow_k8s.images.check.facts import Facts
from airflow_k8s.images.check.rules import RULES, Level

if TYPE_CHECKING:
    import docker

    from airflow_k8s.images.contract import Bench


@dataclass(frozen=True)
class Verdict:
    """What a rule says of an image."""

    rule: str
    level: Level
    said: str
    remedy: str


def verdicts(facts: Facts, expected: Expected) -> list[Verdict]:
    """Ask every rule."""
    answers = ((rule.name, rule.ask(facts, expected)) for rule in RULES)
    return [Verdict(name, answer.level, answer.said, answer.remedy) for name, answer in answers]


def judge(
    client: "docker.DockerClient", reference: str, bench: "Callable[[], AbstractContextManager[Bench]] | None" = None
) -> list[Verdict]:
    """Gather an image's facts, run the contract's tasks on it, and ask every rule.

    Args:
        client: of the engine.
        reference: the image; pulled where the engine does not have it.
        bench: opens what the contract's tasks are run in, for an image that starts; None runs none.

    Raises:
        UserError: there is no such image, or the bench does not open.
    """
    facts = gather.gather(client, reference)
    if bench and facts.trials[0].works:
        with bench() as opened:
            facts = gather.with_contract(facts, opened)
    return verdicts(facts, of_this_checkout())


def is_bad(verdicts: list[Verdict]) -> bool:
    """Whether tasks should not run on the image."""
    return any(verdict.level is Level.BAD for verdict in verdicts)
