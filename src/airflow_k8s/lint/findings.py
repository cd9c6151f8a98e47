"""What lint has to say about a line of a DAG file."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: an error keeps the DAG from running, a warning costs time or versions."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One thing to mend.

    Args:
        file: path as the caller named it.
        line: counted from 1.
        level: how bad it is.
        rule: a word for it, to search for: "policy", "import", "network" …
        message: what, why, and what to do.
    """

    file: str
    line: int
    level: Level
    rule: str
    message: str
