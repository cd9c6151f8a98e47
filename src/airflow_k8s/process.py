"""Run other programs, keep what they print, and say in a sentence when one fails."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from airflow_k8s.errors import UserError
from airflow_k8s.paths import LOGS

SHOWN_LINES = 15


def run(
    command: Sequence[str | Path],
    *,
    log: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    remedy: str = "Mend the cause and run the same command again: what is done is kept.",
) -> str:
    """Run a program to its end and return what it printed on standard output.

    Args:
        command: the program and its arguments; never put a secret here, use ``env`` or ``stdin``.
        log: name of a file under dist/logs that receives all output as it comes; for long commands.
        env: variables set beside the caller's own.
        cwd: the directory to run in.
        stdin: text given on standard input.
        remedy: the last sentence of the error.

    Raises:
        UserError: the program is missing or its exit code is not 0; carries its last lines.

    Example:
        >>> run(["echo", "hello"])
        'hello\\n'
    """
    words = [str(word) for word in command]
    variables = {**os.environ, **(env or {})}
    try:
        if log is None:
            done = subprocess.run(
                words, env=variables, cwd=cwd, input=stdin, text=True, capture_output=True, check=False
            )
            output, errors = done.stdout, done.stderr
        else:
            LOGS.mkdir(parents=True, exist_ok=True)
            with (LOGS / f"{log}.log").open("w+") as file:
                done = subprocess.run(
                    words,
                    env=variables,
                    cwd=cwd,
                    input=stdin,
                    text=True,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
                file.seek(0)
                output, errors = file.read(), ""
    except FileNotFoundError as missing:
        raise UserError(
            f"`{words[0]}` cannot be run.", f"There is no such program: {missing.filename}.", remedy
        ) from missing
    if done.returncode:
        raise UserError(
            f"`{_shown(words)}` failed with exit code {done.returncode}.",
            f"It said:\n{_tail(errors or output)}\n",
            remedy,
        )
    return output


def succeeds(command: Sequence[str | Path], **options: object) -> bool:
    """Whether a program runs and ends with exit code 0; prints nothing.

    Example:
        >>> succeeds(["true"]), succeeds(["false"]), succeeds(["no-such-program"])
        (True, False, False)
    """
    try:
        run(command, **options)  # type: ignore[arg-type]
    except UserError:
        return False
    return True


def _shown(words: Sequence[str]) -> str:
    text = " ".join([Path(words[0]).name, *words[1:]])
    return text if len(text) <= 120 else text[:117] + "..."


def _tail(text: str) -> str:
    lines = [
        line for line in re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).replace("\r", "\n").splitlines() if line.strip()
    ]
    return "\n".join(f"  | {line}" for line in lines[-SHOWN_LINES:])
