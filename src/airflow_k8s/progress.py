"""Say what is going on, and where the time went."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console(highlight=False)
"""Everything that a person reads goes through this; tables for machines (``--json``) through ``print``."""

_running = Progress(
    SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
)
_lock = Lock()
_spent: list[tuple[str, float, float]] = []


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a step while it runs, and how long it took once it has ended. Several may run at once, in threads.

    On a terminal each running step has a line with a clock; in a log it has a line at its begin and one at its end.
    Steps that took under a second are not kept for ``where_the_time_went``.

    Args:
        title: what is being done, as a short phrase: "build Kubernetes from its Go modules".
    """
    begin = time.monotonic()
    if not console.is_terminal:
        console.print(f"… {title}")
    try:
        with _line(title):
            yield
    except Exception:
        console.print(f"[red]✗[/] {title} [dim]({clock(time.monotonic() - begin)})[/]")
        raise
    end = time.monotonic()
    _spent.append((title, begin, end))
    console.print(f"[green]✓[/] {title} [dim]({clock(end - begin)})[/]")


@contextmanager
def _line(title: str) -> Iterator[None]:
    with _lock:
        line = _running.add_task(title)
        _running.disable = not console.is_terminal
        _running.start()
    try:
        yield
    finally:
        with _lock:
            _running.remove_task(line)
            if not _running.tasks:
                _running.stop()


def where_the_time_went() -> Table:
    """A table of all steps of this command, in order, with the time of each."""
    table = Table("step", "time", title="Where the time went", title_justify="left")
    table.columns[1].justify = "right"
    for title, begin, end in _spent:
        if end - begin >= 1:
            table.add_row(title, clock(end - begin))
    table.add_section()
    table.add_row("all", clock(seconds_spent()))
    return table


def seconds_spent() -> float:
    """Seconds in which a step ran; those of steps that ran at once count once."""
    return covered((begin, end) for _, begin, end in _spent)


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """How much of a line lies under at least one of these spans.

    Example:
        >>> covered([(0, 2), (1, 3), (5, 6)])
        4.0
    """
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def clock(seconds: float) -> str:
    """Seconds as a person reads them.

    Example:
        >>> clock(7.34), clock(192)
        ('7.3 s', '3 min 12 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
