"""How a wrong request is told to the one who wrote it."""

from collections.abc import Iterable

from airflow_k8s.errors import UserError


class RequestError(UserError):
    """A task asks for something that it cannot have, or in words that nobody understands.

    Example:
        >>> print(RequestError('There is no image "r-dta".', "Images: base, r-data.", 'Write "r-data".'))
        There is no image "r-dta". Images: base, r-data. Write "r-data".
    """


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was probably meant: the same but for case, the one that begins alike, the most similar one.

    Example:
        >>> nearest("r-dta", ["base", "r-data"]), nearest("python", ["base", "python-data"]), nearest("sql", ["base"])
        ('r-data', 'python-data', None)
    """
    import difflib  # noqa: PLC0415 - only mistakes pay for it

    folded = {known.casefold(): known for known in words}
    begins = [known for known in folded if word and known.startswith(word.casefold())]
    close = begins or difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.5)
    return folded[close[0]] if close else None


def listed(words: Iterable[str]) -> str:
    """Words as a sentence ends with them.

    Example:
        >>> listed(["image", "tag", "cpu"])
        'image, tag and cpu'
    """
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def shown(value: object) -> str:
    """A value as it stands in the DAG file, cut where it is long.

    Example:
        >>> shown("4GB"), shown(4)
        ('"4GB"', '4')
    """
    text = f'"{value}"' if isinstance(value, str) else " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
