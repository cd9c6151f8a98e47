"""How a rule is written: a function from facts to an answer, in the file of its topic.

Its name is what people read: ``def any_uid`` is the line "any uid". A rule touches nothing but its arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Facts


class Level(StrEnum):
    """How much an answer matters."""

    GOOD = "good"
    WEAK = "weak"
    """Tasks run, and somebody will stumble over it."""
    BAD = "bad"
    """Tasks fail, or nobody should run them there."""
    OPEN = "open"
    """Nobody can tell, because of what another rule says."""


@dataclass(frozen=True)
class Answer:
    """What a rule says of an image."""

    level: Level
    said: str
    """What was found, a sentence without its full stop."""
    remedy: str = ""
    """What to do about it, a sentence."""


@dataclass(frozen=True)
class Rule:
    """A question that every image is asked."""

    name: str
    why: str
    """A sentence without its full stop: the docstring of its function."""
    needs: Callable[[Facts], str]
    """Why the question cannot be asked, empty when it can."""
    judge: Callable[[Facts, Expected], Answer]

    def ask(self, facts: Facts, expected: Expected) -> Answer:
        """Judge the facts, unless those that count are missing."""
        missing = self.needs(facts)
        return Answer(Level.OPEN, missing) if missing else self.judge(facts, expected)


RULES: list[Rule] = []
"""Every rule, in the order in which the files of topics were imported."""


def nothing(_facts: Facts) -> str:
    """For rules that need no more than the image's metadata."""
    return ""


def python(facts: Facts) -> str:
    """For rules that need what a Python in the image found."""
    return "" if facts.start else "No Python could be asked"


def airflow(facts: Facts) -> str:
    """For rules that need Airflow in that Python."""
    return python(facts) or ("" if "apache-airflow-core" in facts.packages else "There is no Airflow to be asked")


def disk(facts: Facts) -> str:
    """For rules that need what lies on the disk."""
    return "" if facts.disk else "No Python could read the disk"


def rule(needs: Callable[[Facts], str] = nothing) -> Callable[[Callable[[Facts, Expected], Answer]], None]:
    """Register a function as a rule; ``needs`` says what it cannot do without."""

    def register(judge: Callable[[Facts, Expected], Answer]) -> None:
        RULES.append(Rule(judge.__name__.replace("_", " "), str(judge.__doc__).rstrip("."), needs, judge))

    return register


def good(said: str) -> Answer:
    """All is well."""
    return Answer(Level.GOOD, said)


def weak(said: str, remedy: str) -> Answer:
    """It works, and could be better."""
    return Answer(Level.WEAK, said, remedy)


def bad(said: str, remedy: str) -> Answer:
    """It does not work, or must not."""
    return Answer(Level.BAD, said, remedy)


def some(things: list[str] | tuple[str, ...], most: int = 3) -> str:
    """The first few of many things.

    Example:
        >>> some(["a", "b", "c", "d", "e"])
        'a, b, c and 2 more'
    """
    more = f" and {len(things) - most} more" if len(things) > most else ""
    return ", ".join(things[:most]) + more
