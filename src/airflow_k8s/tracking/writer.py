"""Write records in the background, so that no database holds up a task."""

import queue
import threading
from collections.abc import Callable

Write = Callable[[], None]


class Writer:
    """Does one piece of writing after the other in a thread that ends with the process.

    Example:
        >>> writer, done = Writer(), []
        >>> writer.put(lambda: done.append("a row"))
        >>> writer.finish(1), done
        (None, ['a row'])
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="airflow-k8s-tracking", daemon=True)

    def put(self, write: Write) -> None:
        """Have this done soon; returns at once."""
        if self._thread.ident is None:
            self._thread.start()
        self._queue.put(write)

    def finish(self, seconds: float) -> Exception | None:
        """Wait until all is written, so many seconds at most, and take nothing more.

        Returns:
            The last thing that went wrong, or None.
        """
        if self._thread.ident is None:
            return None
        self._queue.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            return TimeoutError(f"It did not answer within {seconds:g} s")
        return self._problem

    def _work(self) -> None:
        while write := self._queue.get():
            try:
                write()
            except Exception as problem:  # whatever a driver raises: the task must not learn of it
                self._problem = problem
            else:
                self._problem = None
