"""Run other programs, keep what they print, and say in a sentence when one fails."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from airflow_k8s.errors import UserError
from airflow_k8s.paths import LOGS

SHOWN_LINES = 15
SECONDS_TO_END = 10
"""What a program has to clean up after it was asked to end; then it is killed."""

_running: "set[subprocess.Popen[str]]" = set()


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
    try:
        with _output(log) as output:
            done = _call(words, stdin, output, env={**os.environ, **(env or {})}, cwd=cwd)
    except FileNotFoundError as missing:
        raise UserError(
            f"`{words[0]}` cannot be run.", f"There is no such program: {missing.filename}.", remedy
        ) from missing
    if done.returncode:
        raise _failure(words, done.returncode, done.stderr or done.stdout, remedy)
    return done.stdout


def stream(
    command: Sequence[str | Path],
    *,
    source: IO[bytes] | None = None,
    target: IO[bytes] | None = None,
    env: Mapping[str, str] | None = None,
    remedy: str = "Mend the cause and run the same command again.",
) -> str:
    """Run a program between two files that may be larger than memory, and return what it said on standard error.

    Args:
        command: the program and its arguments; never put a secret here.
        source: the file that it reads.
        target: the file that it writes.
        env: variables set beside the caller's own.
        remedy: the last sentence of the error.

    Raises:
        UserError: its exit code is not 0; carries its last lines.
    """
    words = [str(word) for word in command]
    files = {"stdin": source or subprocess.DEVNULL, "stdout": target or subprocess.DEVNULL, "stderr": subprocess.PIPE}
    given: dict[str, Any] = {**files, "text": True, "env": {**os.environ, **(env or {})}}
    with subprocess.Popen(words, **given) as child, _known(child):
        _, errors = child.communicate()
    if child.returncode:
        raise _failure(words, child.returncode, errors, remedy)
    return str(errors)


def _failure(words: list[str], code: int, said: str, remedy: str) -> UserError:
    return UserError(f"`{_shown(words)}` failed with exit code {code}.", f"It said:\n{_tail(said)}\n", remedy)


def end_all(*, kill: bool = False) -> None:
    """Ask every program that runs now, in whatever thread, to end; a Ctrl-C reaches only the main thread.

    Args:
        kill: do not ask.
    """
    for child in list(_running):
        (child.kill if kill else child.terminate)()


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


@contextmanager
def _output(log: str | None) -> Iterator[IO[str] | None]:
    if log is None:
        yield None
        return
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{log}.log").open("w+") as file:
        yield file


def _call(
    words: list[str], stdin: str | None, log: IO[str] | None, **options: Any
) -> "subprocess.CompletedProcess[str]":
    """As `subprocess.run`, but known to `end_all`, and with time to clean up where it is interrupted."""
    out, err = (log, subprocess.STDOUT) if log else (subprocess.PIPE, subprocess.PIPE)
    given = None if stdin is None else subprocess.PIPE
    with subprocess.Popen(words, text=True, stdin=given, stdout=out, stderr=err, **options) as child, _known(child):
        said, errors = child.communicate(stdin)
    if log:
        log.seek(0)
        said = log.read()
    return subprocess.CompletedProcess(words, child.returncode, said, errors)


@contextmanager
def _known(child: "subprocess.Popen[str]") -> Iterator[None]:
    _running.add(child)
    try:
        yield
    except BaseException:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(SECONDS_TO_END)
        child.kill()
        raise
    finally:
        _running.discard(child)


def _shown(words: Sequence[str]) -> str:
    text = " ".join([Path(words[0]).name, *words[1:]])
    return text if len(text) <= 120 else text[:117] + "..."


def _tail(text: str) -> str:
    lines = [
        line for line in re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).replace("\r", "\n").splitlines() if line.strip()
    ]
    return "\n".join(f"  | {line}" for line in lines[-SHOWN_LINES:])
