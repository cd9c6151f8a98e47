"""Which of R's lines are warnings and errors. R writes messages, warnings and errors alike to standard error."""

import logging
import re
from typing import Protocol

_BEGINS = re.compile(r"(Warning|Error)( messages?:| in |:|$)")
_GOES_ON = re.compile(r"\s|Calls: |Backtrace:|[!ix\u2139\u2716] ")
"""Indented, or as R and rlang begin what belongs to the line above."""


class Levels(Protocol):
    """Gives each line of a stream its level."""

    def of(self, line: str) -> int:
        """The level of the next line."""


class Plain:
    """Standard output: what it says is for reading."""

    def of(self, line: str) -> int:
        """INFO, always."""
        return logging.INFO


class Conditions:
    """Standard error: a warning or an error goes on for as long as its lines do.

    Example:
        >>> levels = Conditions()
        >>> [logging.getLevelName(levels.of(line)) for line in ("Loading", "Warning in f(): NaN", "  made", "done")]
        ['INFO', 'WARNING', 'WARNING', 'INFO']
    """

    def __init__(self) -> None:
        self._level = logging.INFO

    def of(self, line: str) -> int:
        """The level of the next line."""
        found = _BEGINS.match(line)
        if found:
            self._level = logging.WARNING if found[1] == "Warning" else logging.ERROR
        elif not _GOES_ON.match(line):
            self._level = logging.INFO
        return self._level
