"""Which step of which Dockerfile made a layer, told in a phrase."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from airflow_k8s.images.manifest.model import Layer

SHOWN = 70
"""Characters shown of a step that none of the phrases below fits."""

NOISE = re.compile(r"^(?:RUN )?(?:\|\d+ (?:\w+=(?:\S*) )*)?/bin/\w+ (?:\S+ )*?-c (?:#\(nop\) +)?|\s*# buildkit$")
"""What the builder puts around an instruction: build arguments, the shell, its own name."""

PHRASES = {
    r"^$|^ADD file:|^# debian\.sh": "the base system",
    r"\binstall-locked debian\b|\bapt-get install\b": "Debian packages",
    r"\binstall-locked python\b": "Python packages",
    r"\bpip install\b.*\.whl": "this platform's own package, the user and their folders",
    r"\bpip install\b": "Python packages",
}
"""What a step does, by words in it: the first that is found counts."""


def layers(history: Sequence[Mapping[str, Any]], line: Sequence[tuple[str, int]]) -> tuple[Layer, ...]:
    """The layers that weigh something, from the bottom up.

    Args:
        history: as the engine tells it, newest first.
        line: the image and those it is built on with the length of their histories, the image itself first.

    Example:
        >>> history = [{"CreatedBy": "COPY a /b # buildkit", "Size": 5}, {"CreatedBy": "", "Size": 9}]
        >>> [(layer.image, layer.step, layer.size) for layer in layers(history, [("base", 2), ("debian", 1)])]
        [('debian', 'the base system', 9), ('base', 'copy /b', 5)]
    """
    oldest_first = enumerate(reversed(history))
    return tuple(
        Layer(size=one["Size"], created_by=one["CreatedBy"], image=_owner(number, line), step=phrase(one["CreatedBy"]))
        for number, one in oldest_first
        if one["Size"]
    )


def steps(layers: Iterable[Layer]) -> dict[tuple[str, str], int]:
    """Bytes by image and phrase, of all layers that are told alike."""
    found: dict[tuple[str, str], int] = {}
    for layer in layers:
        found[layer.image, layer.step] = found.get((layer.image, layer.step), 0) + layer.size
    return found


def phrase(created_by: str) -> str:
    """What a step does.

    Example:
        >>> phrase("RUN |1 R_RELEASE=4.5 /bin/sh -c apt-get update  && apt-get install --yes r-base-core # buildkit")
        'Debian packages'
        >>> phrase("COPY /opt/airflow/venv /opt/airflow/venv # buildkit"), phrase("")
        ('copy /opt/airflow/venv', 'the base system')
    """
    plain = NOISE.sub("", NOISE.sub("", created_by)).strip()
    said = [words for pattern, words in PHRASES.items() if re.search(pattern, plain)]
    return next(iter([*said, *_copied(plain)]), textwrap.shorten(plain, SHOWN, placeholder=" …"))


def _copied(plain: str) -> Iterator[str]:
    if found := re.match(r"(?:COPY|ADD) .*?(\S+)$", plain):
        yield f"copy {found[1]}"


def _owner(number: int, line: Sequence[tuple[str, int]]) -> str:
    """The image that a step of the history belongs to: the lowest one whose history reaches it."""
    return next((name for name, length in reversed(line) if number < length), "")
