"""The name of an image, as people write it."""

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
    written = _text(image, "image", '"r-data"')
    asked = _text(tag, "tag", '"3.3.2-0123456789ab"')
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


def _text(value: object, word: str, example: str) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value.strip() if isinstance(value, str) else None
    raise RequestError(
        f"{word} {shown(value)} is not a name.", f"{word} must be a string.", f"Write for example {example}."
    )
