"""What the log of a build tells: what is not as locked; which step failed, what it said, and how far one gets."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LINE = 140
"""Characters shown of a line that a build said; a RUN is one line, however long."""

LINES = 30
"""The last lines of the step that are shown."""

FULL = "no space left on device"
"""How the kernel says it, and so does everything above it."""

# "> [libraries 2/4] RUN …"; with several platforms "> [linux/arm64 libraries 2/4] RUN …"
_STEP = re.compile(r"^ > \[(?:\w+/\S+ )?(?:(\S+) )?(\d+)/\d+\] ", re.MULTILINE)
_FROM = re.compile(r"FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_BIND = re.compile(r"--mount=type=bind,(\S+)")
_MOUNT = re.compile(r"--mount=\S+\s*(?:\\\n)?\s*")
STEPS = ("RUN", "COPY", "ADD", "WORKDIR")
"""The instructions that BuildKit counts, beside a FROM that names no stage."""


@dataclass(frozen=True)
class Step:
    """A step of a build, as BuildKit counts: its stage (empty where there is but one), and from 1."""

    stage: str
    number: int


def excerpt(log: str) -> str:
    r"""What the failed step of a build said last, from BuildKit's own summary; where it said nothing, the log's end.

    Example:
        >>> print(excerpt("#6 DONE\n------\n > [2/2] RUN false:\n0.17 no such luck\n------\nERROR: failed"))
          | > [2/2] RUN false:
          | 0.17 no such luck
    """
    step, *said = [line.strip()[:LINE] for line in _summary(log).splitlines() if line.strip()] or [""]
    lines = [step, *(said[-LINES:] or [line.strip() for line in log.strip().splitlines()[-1:]])]
    return "\n".join(f"  | {line}" for line in lines if step)


def replaced(log: str) -> list[str]:
    """What a build took in place of what is locked, a sentence each; images/tools/install-locked says them.

    Example:
        >>> replaced("#9 3.14 WARNING: Debian's mirror has no r=1 any more, 2 was taken.\\n#9 DONE")
        ["Debian's mirror has no r=1 any more, 2 was taken."]
    """
    return re.findall(r"^#\d+ [\d.]+ WARNING: (Debian's mirror .*)$", log, re.MULTILINE)


def remedy(name: str, log: str, *, shell: bool = True) -> str:
    """What to do about a build that failed.

    Args:
        name: the image.
        log: all that its build said.
        shell: whether a shell can be had where it failed.
    """
    if FULL in log.lower():
        return "The disk is full: free it (`docker builder prune` removes what builds keep), and run the same again."
    way = f"`{program()} images shell {name}` opens a shell right before that step. " if failed_step(log) else ""
    return (
        f"{way if shell else ''}The whole log is dist/logs/image-{name}.log; mend images/{name} and run the same again."
    )


def program() -> str:
    """How a person calls this command here.

    Example:
        >>> program().endswith("airflow-k8s")
        True
    """
    own = Path(sys.executable).with_name("airflow-k8s")
    return own.name if shutil.which(own.name) == str(own) else os.path.relpath(own)


def failed_step(log: str) -> Step | None:
    r"""The step that failed, or None where the log tells of none: the parent was missing, or the engine gave up.

    Example:
        >>> failed_step("#6 DONE\n------\n > [tools 2/2] RUN false:\n0.17 no such luck\n------\nERROR: failed")
        Step(stage='tools', number=2)
    """
    found = _STEP.search(_summary(log))
    return Step(found[1] or "", int(found[2])) if found else None


def before(dockerfile: str, step: Step) -> tuple[str, str]:
    r"""A Dockerfile that ends right before a step, and that step.

    What the step would have mounted from a stage or from the context is copied, so that it can be run by hand.

    Raises:
        ValueError: there is no such step.

    Example:
        >>> kept, failed = before("FROM a AS b\nRUN one\nFROM c\nRUN --mount=type=bind,from=b,target=/b two", Step("stage-1", 2))
        >>> kept.splitlines()
        ['FROM a AS b', 'RUN one', 'FROM c', 'COPY --from=b . /b']
        >>> failed
        'RUN two'
    """  # noqa: E501  (an example in one line)
    kept: list[str] = []
    for found, instruction in _steps(dockerfile):
        if found and found.number == step.number and step.stage in (found.stage, ""):
            return "\n".join([*kept, *_copies(instruction), ""]), _MOUNT.sub("", instruction)
        kept.append(instruction)
    raise ValueError(f"The Dockerfile has no step {step.number} in stage {step.stage!r}.")


def instructions(dockerfile: str) -> list[str]:
    r"""The instructions of a Dockerfile, without comments; heredocs are not understood.

    Example:
        >>> instructions("# why\nFROM x\nRUN a \\\n# how\n && b\n")
        ['FROM x', 'RUN a \\\n && b']
    """
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return re.split(r"(?<!\\)\n", "\n".join(lines)) if lines else []


def _steps(dockerfile: str) -> Iterator[tuple[Step | None, str]]:
    """Each instruction with the step it is, if BuildKit counts it."""
    stages: list[str] = []
    number = 0
    for instruction in instructions(dockerfile):
        word = instruction.split(maxsplit=1)[0].upper()
        counts = word in STEPS
        if word == "FROM":
            base, name = _FROM.match(instruction).groups()  # type: ignore[union-attr]
            number, counts = 0, base not in ("scratch", *stages)
            stages.append(name or f"stage-{len(stages)}")
        number += counts
        yield (Step(stages[-1], number) if counts and stages else None), instruction


def _copies(instruction: str) -> Iterator[str]:
    for mount in _BIND.findall(instruction):
        option = dict(part.split("=", 1) for part in mount.split(",") if "=" in part)
        origin = f"--from={option['from']} " if "from" in option else ""
        yield f"COPY {origin}{option.get('source', '.')} {option['target']}"


def _summary(log: str) -> str:
    return "".join(log.split("\n------\n")[1:2])
