"""Say what is going on, and where the time went."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

console = Console(highlight=False)
"""Everything that a person reads goes through this; tables for machines (``--json``) through ``print``."""

_spent: list[tuple[str, float]] = []


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a step while it runs, and how long it took once it has ended well.

    Steps that took under a second are not kept for ``where_the_time_went``.

    Args:
        title: what is being done, as a short phrase: "build Kubernetes from its Go modules".
    """
    begin = time.monotonic()
    if not console.is_terminal:
        console.print(f"… {title}")
    with console.status(title):
        yield
    seconds = time.monotonic() - begin
    _spent.append((title, seconds))
    console.print(f"[green]✓[/] {title} [dim]({clock(seconds)})[/]")


def where_the_time_went() -> Table:
    """A table of all steps of this command, in order, with the time of each."""
    table = Table("step", "time", title="Where the time went", title_justify="left")
    table.columns[1].justify = "right"
    for title, seconds in _spent:
        if seconds >= 1:
            table.add_row(title, clock(seconds))
    table.add_section()
    table.add_row("all", clock(seconds_spent()))
    return table


def seconds_spent() -> float:
    """Seconds that all steps took together."""
    return sum(seconds for _, seconds in _spent)


def clock(seconds: float) -> str:
    """Seconds as a person reads them.

    Example:
        >>> clock(7.34), clock(192)
        ('7.3 s', '3 min 12 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
