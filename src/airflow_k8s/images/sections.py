"""Tables as data, so that one content can be shown on a terminal and written into a document."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A table with a title.

    Args:
        title: what it shows, as a heading.
        head: names of the columns; one that begins with ``>`` holds numbers and stands to the right.
        rows: cells as text, as many a row as the head has.
    """

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, as they are shown."""
        return tuple(name.removeprefix(">") for name in self.head)


def markdown(section: Section, level: int = 2) -> str:
    """A section as a part of a Markdown document.

    Example:
        >>> print(markdown(Section("Sizes", ("image", ">size"), [("base", "480 MB")])))
        ## Sizes
        <BLANKLINE>
        | image | size |
        |---|---:|
        | base | 480 MB |
    """
    rule = "|".join("---:" if name.startswith(">") else "---" for name in section.head)
    lines = [_row(section.columns), f"|{rule}|", *(_row(row) for row in section.rows)]
    return "\n".join([f"{'#' * level} {section.title}", "", *lines])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def megabytes(size: int) -> str:
    """Bytes as people compare images; a decimal where one counts.

    Example:
        >>> megabytes(559_500_000), megabytes(149_785)
        ('560 MB', '0.1 MB')
    """
    return f"{size / 1e6:.{0 if size >= 9_950_000 else 1}f} MB"
