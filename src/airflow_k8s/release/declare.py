"""Set pools, variables and connections that the values declare, with Airflow's own commands."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from airflow_k8s.errors import UserError

DECLARED = "DECLARED"
"""Variable with pools, variables, and the names of connections, as JSON."""

CONNECTION = "DECLARED_CONNECTION_"
"""Beginning of the variables with the connections' URLs, numbered as their names are."""

COMMANDS = {
    "pools": ("pools", "import"),
    "variables": ("variables", "import", "--action-on-existing-key=overwrite"),
    "connections": ("connections", "import", "--overwrite"),
}


def contents(environment: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is to be set, by kind, as Airflow imports it.

    Args:
        environment: variables of this process.

    Example:
        >>> said = '{"pools": {"heavy": {"slots": 2}}, "connections": ["lake"]}'
        >>> [*contents({"DECLARED": said, "DECLARED_CONNECTION_0": "aws://"})]
        [('pools', {'heavy': {'description': '', 'include_deferred': False, 'slots': 2}}),
         ('connections', {'lake': 'aws://'})]
    """
    declared = json.loads(environment.get(DECLARED) or "{}")
    if pools := declared.get("pools"):
        yield "pools", {name: {"description": "", "include_deferred": False, **pool} for name, pool in pools.items()}
    if variables := declared.get("variables"):
        yield "variables", variables
    if names := declared.get("connections"):
        yield "connections", {name: environment[f"{CONNECTION}{number}"] for number, name in enumerate(names)}


def declare() -> None:
    """Set everything. What was set before and is declared no more stays: somebody may have come to use it.

    Raises:
        UserError: Airflow refuses something; it has said above what.
    """
    for kind, content in contents(os.environ):
        # A file that only this user reads: a command line shows in the list of processes.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{kind}.json"
            file.touch(mode=0o600)
            file.write_text(json.dumps(content))
            done = subprocess.run(["airflow", *COMMANDS[kind], str(file)], check=False)
        if done.returncode:
            remedy = f"Mend declare.{kind} in the values, or the Secrets that it names, and upgrade again."
            raise UserError(f"The {kind} could not be set.", "Airflow says above what it refuses.", remedy)
        print(f"Set {kind}: {', '.join(content)}.")  # noqa: T201
