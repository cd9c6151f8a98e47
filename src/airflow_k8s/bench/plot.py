"""Stacked bars as SVG: a dozen rectangles and their words."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate

COLOURS = ("#4c78a8", "#72b7b2", "#f2cf5b", "#e45756", "#54a24b", "#9d9da1")
"""Told apart by readers who see no red or no green as well: they differ in brightness."""

WIDTH, HEIGHT, LEFT, TOP = 720, 34, 70, 40


def bars(title: str, rows: Mapping[str, Mapping[str, float]], words: Mapping[str, str]) -> str:
    """A bar a row, made of parts side by side, and what each colour means.

    Args:
        title: what is shown, and in which unit.
        rows: name of a bar, and its parts by name; what is below zero is shown as nothing.
        words: names of parts in their order, and what they mean.

    Example:
        >>> bars("Seconds", {"here": {"a": 1.5}}, {"a": "waiting"}).count("<rect")
        2
    """
    most = max(sum(max(0, part) for part in parts.values()) for parts in rows.values()) or 1
    scale = (WIDTH - LEFT - 60) / most
    drawn = [f'<text x="0" y="18" font-weight="bold">{escape(title)}</text>']
    for number, (name, parts) in enumerate(rows.items()):
        lengths = [max(0.0, parts.get(part, 0.0)) * scale for part in words]
        drawn += _bar(TOP + number * HEIGHT, name, lengths, f"{sum(lengths) / scale:.1f}")
    for number, said in enumerate(words.values()):
        drawn += _meaning(TOP + len(rows) * HEIGHT + 14 + number * 20, COLOURS[number], said)
    return "\n".join([*_paper(TOP + len(rows) * HEIGHT + 20 + len(words) * 20), *drawn, "</svg>"]) + "\n"


def _paper(height: int) -> list[str]:
    size, style = f"0 0 {WIDTH} {height}", 'font-family="sans-serif" font-size="13"'
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {style}>'
    return [begin, f'<path fill="#fff" d="M0 0h{WIDTH}v{height}H0z"/>']


def _bar(top: int, name: str, lengths: Sequence[float], said: str) -> list[str]:
    begins = [*accumulate(lengths, initial=float(LEFT))]
    return [
        f'<text x="0" y="{top + 16}">{escape(name)}</text>',
        *(
            f'<rect x="{begin:.1f}" y="{top}" width="{length:.1f}" height="22" fill="{colour}"/>'
            for begin, length, colour in zip(begins, lengths, COLOURS, strict=False)
        ),
        f'<text x="{begins[-1] + 6:.1f}" y="{top + 16}">{said}</text>',
    ]


def _meaning(top: int, colour: str, said: str) -> list[str]:
    return [
        f'<rect x="{LEFT}" y="{top}" width="12" height="12" fill="{colour}"/>',
        f'<text x="{LEFT + 20}" y="{top + 11}">{escape(said)}</text>',
    ]
