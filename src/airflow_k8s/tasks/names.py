"""Names, as people write them: of images, sizes, nodes and variables."""

import re
from collections.abc import Mapping

from airflow_k8s.tasks.mistakes import RequestError, shown


def image_and_tag(image: object, tag: object = None) -> tuple[str | None, str | None]:
    """The catalogue's name of an image, and the tag that is asked for.

    Only the last part of a path counts: which registry holds the image is the platform's business.

    Args:
        image: "r-data", or with a path and a tag as in "everlane/r-data:3.3.2-0123456789ab".
        tag: the tag, where it is written on its own.

    Raises:
        RequestError: not a name, a digest, or two tags that differ.

    Example:
        >>> image_and_tag("localhost:5001/airflow-k8s/r-data:3.3.2-0123456789ab")
        ('r-data', '3.3.2-0123456789ab')
    """
    written = text(image, "image", '"r-data"')
    asked = text(tag, "tag", '"3.3.2-0123456789ab"')
    if written is None:
        return None, asked
    name, _, behind = written.rsplit("/", 1)[-1].partition(":")
    if "@" in written:
        raise RequestError(
            f'image "{written}" holds a digest.',
            "The platform itself pins each tag to its digest.",
            f'Write "{name.partition("@")[0]}", and "tag" where it must be an older one.',
        )
    if asked and behind and asked != behind:
        raise RequestError(
            f'image "{written}" names the tag "{behind}", and tag names "{asked}".',
            "Only one can run.",
            "Write it once.",
        )
    if not name:
        raise RequestError(f'image "{written}" has no name.', "A name stands before the colon.", 'Write "r-data".')
    return name, asked or behind or None


def text(value: object, word: str, example: str) -> str | None:
    """A name without the blanks around it; None where none is said.

    Args:
        value: what is written.
        word: the word it was written for, for the error.
        example: how it could be written, for the error.

    Raises:
        RequestError: not a string, or an empty one.

    Example:
        >>> text(" large ", "size", '"small"')
        'large'
    """
    if value is None or (isinstance(value, str) and value.strip()):
        return value.strip() if isinstance(value, str) else None
    raise RequestError(
        f"{word} {shown(value)} is not a name.", f"{word} must be a string.", f"Write for example {example}."
    )


def variables(env: object) -> tuple[tuple[str, str], ...]:
    """Variables for a task, by name.

    Args:
        env: a dictionary; numbers become text, None is a variable not said.

    Raises:
        RequestError: no dictionary, a name that no shell takes, a value that is no text, or one of Airflow's own.

    Example:
        >>> variables({"MONTH": "2026-11", "DAYS": 30})
        (('DAYS', '30'), ('MONTH', '2026-11'))
    """
    if env is None:
        return ()
    if not isinstance(env, Mapping):
        raise RequestError(
            f"env is {shown(env)}.", "It must be a dictionary.", 'Write for example {"MONTH": "2026-11"}.'
        )
    return tuple(sorted((_variable(name), _value(name, value)) for name, value in env.items() if value is not None))


def _variable(name: object) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        why = "A name has letters, digits and underscores, and begins with no digit."
        raise RequestError(f"env {shown(name)} is not the name of a variable.", why, 'Write for example "MONTH".')
    if name.startswith("AIRFLOW_"):
        why = "Those decide how the task finds its platform."
        raise RequestError(f'env "{name}" is one of Airflow\'s own variables.', why, "Choose another name.")
    return name


def _value(name: object, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        why = "The value of a variable is text."
        raise RequestError(f"env {shown(name)} is {shown(value)}.", why, 'Write it in quotes, "true" say.')
    return str(value)
