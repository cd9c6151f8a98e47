"""What lint knows of modules: which the DAG processor has, and what importing them costs.

``imports.json`` beside this file is written by ``airflow-k8s lint-facts`` from the built images; a test holds the two
together.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("imports.json")

DEAR = 0.1
"""CPU-seconds from which on an import at the top of a DAG file is worth a word."""


@dataclass(frozen=True)
class Facts:
    """Modules, as they were measured.

    Args:
        processor: top-level modules that the image of the DAG processor has beside the standard library.
        seconds: CPU-seconds to import a module where Airflow is imported already; only the dear ones.
    """

    processor: frozenset[str]
    seconds: Mapping[str, float]

    def cost(self, module: str) -> float | None:
        """CPU-seconds that importing a module takes; None where that is little or unknown.

        Example:
            >>> Facts(frozenset(), {"sklearn": 1.1}).cost("sklearn.linear_model")
            1.1
        """
        parts = module.split(".")
        names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((self.seconds[name] for name in names if name in self.seconds), None)


@cache
def load(file: Path = FILE) -> Facts:
    """Read what was measured."""
    content = json.loads(file.read_text())
    return Facts(frozenset(content["processor"]), content["seconds"])
