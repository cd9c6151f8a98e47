"""The resolver: uv, asked on the command line, within a time limit."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from uv import find_uv_bin

LIMIT = 120
"""Seconds that an answer may take: those that exist came within 45, and uv may try one old release after another."""

OPTIONS = ("--quiet", "--no-header", "--no-annotate", "--python", sys.executable)
"""Any Python will do to read metadata: the search for one of the images' release takes a second, its download more."""

UNIVERSAL = ("--universal", "--generate-hashes")
"""One lock for amd64 and arm64, with what was seen when it was made."""

OURS = {"AIRFLOW_K8S_WHEELS": "UV_FIND_LINKS"}
"""What a build has beside uv's own settings (UV_DEFAULT_INDEX …), and how uv is told the same."""


class UnresolvedError(Exception):
    """There is no answer.

    Args:
        said: why, in uv's words; empty where it did not end in time.
    """

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def resolve(
    wishes: Iterable[str],
    python: str,
    bound: Iterable[str] = (),
    *,
    kept: str = "",
    options: Sequence[str] = UNIVERSAL,
    seconds: float = LIMIT,
    form: str = "requirements.txt",
) -> str:
    """What uv picks for some wishes; it reads its own environment (UV_DEFAULT_INDEX, UV_EXCLUDE_NEWER …) as ever.

    Args:
        wishes: requirements, one a line.
        python: the release of Python, "3.13".
        bound: texts of locks whose pins must not move; what nobody wants of them is not in the answer.
        kept: an older answer, whose versions stay as long as they fit.
        options: of `uv pip compile`.
        seconds: the time limit.
        form: the name of the file that uv writes, which tells its format.

    Raises:
        UnresolvedError: no versions fit, a package does not exist, or time is up.
    """
    with tempfile.TemporaryDirectory(prefix="airflow-k8s-") as scratch:
        wished, answer = Path(scratch) / "wished.in", Path(scratch) / form
        wished.write_text("\n".join(wishes) + "\n")
        if kept:
            answer.write_text(kept)
        words: list[str | Path] = [
            find_uv_bin(),
            "pip",
            "compile",
            wished,
            "--output-file",
            answer,
            "--python-version",
            python,
        ]
        for number, lock in enumerate(bound):
            constraint = Path(scratch) / f"bound-{number}.txt"
            constraint.write_text(lock)
            words += ["--constraint", constraint]
        _run([*words, *OPTIONS, *options], seconds)
        return answer.read_text()


def _run(words: list[str | Path], seconds: float) -> None:
    """Run uv in a group of its own, so that it ends with all that it started: a build of an old release may hang."""
    told = {theirs: value for ours, theirs in OURS.items() if (value := os.environ.get(ours))}
    with subprocess.Popen(
        words, env={**told, **os.environ}, text=True, stderr=subprocess.PIPE, start_new_session=True
    ) as uv:
        try:
            said = uv.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired as late:
            raise UnresolvedError("") from late
        finally:
            with suppress(ProcessLookupError):
                os.killpg(uv.pid, signal.SIGKILL)
    if uv.returncode:
        raise UnresolvedError(said)
