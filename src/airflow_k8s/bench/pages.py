"""Put what was measured into the page that shows it, in place of what was measured before."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from airflow_k8s.bench import Figure, machine


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands in a page between two marks, ``<!-- measured: name -->`` and ``<!-- /measured: name -->``.

    Args:
        page: a file of Markdown.
        name: of the place.
        text: what goes there.

    Raises:
        ValueError: the page has no such place.
    """
    begin, end = marks(name)
    before, found, rest = page.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page} has no {begin.strip()} … {end.strip()}")
    page.write_text(f"{before}{begin}\n{text.strip()}\n\n{end}{after}")


def marks(name: str) -> tuple[str, str]:
    """What a place in a page begins and ends with.

    Example:
        >>> marks("starts")
        ('<!-- measured: starts -->\\n', '<!-- /measured: starts -->\\n')
    """
    return f"<!-- measured: {name} -->\n", f"<!-- /measured: {name} -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown.

    Example:
        >>> print(table(["road", "pods"], [["an operator", "1"]]))
        | road | pods |
        |---|---|
        | an operator | 1 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(_line(line, " " if line is not lines[1] else "") for line in lines)


def _line(cells: Sequence[str], space: str) -> str:
    return f"|{space}" + f"{space}|{space}".join(cells) + f"{space}|"


def said(runs: str, on: date) -> str:
    """How a table came to be.

    Example:
        >>> said("Median of 5 runs", date(2026, 11, 26)).endswith("cores, kind, 26 November 2026.")
        True
    """
    return f"{runs} on {machine()['cores']} cores, kind, {on:%d %B %Y}."


def cell(figure: Figure, digits: int = 1) -> str:
    """A figure as a cell of a table: what it is, and how much it varied.

    Example:
        >>> cell(Figure("CPU", 1.234, "s", None, "1.1 to 1.4"))
        '1.2 (1.1 to 1.4)'
    """
    return f"{figure.value:.{digits}f} ({figure.remark})" if figure.remark else f"{figure.value:.{digits}f}"
