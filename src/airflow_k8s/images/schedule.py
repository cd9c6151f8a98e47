"""Do what can be done at once, each thing after those it needs."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import TypeVar

from airflow_k8s import process
from airflow_k8s.errors import UserError

Result = TypeVar("Result")


def in_order(needs: Mapping[str, Iterable[str]], work: Callable[[str], Result], jobs: int) -> dict[str, Result]:
    """Work on every name, on several at once, on each after those that it needs.

    A failure lets the rest go on, but for what needs it. An interrupt ends the programs that run.

    Args:
        needs: names to the names that they need.
        work: what is to be done with a name; called in threads.
        jobs: how many at once.

    Returns:
        What the work gave, in the order of ``needs``.

    Raises:
        UserError: more than one failed; names all. A single failure is raised as it is.

    Example:
        >>> in_order({"r-data": ["base"], "base": []}, str.upper, jobs=2)
        {'r-data': 'R-DATA', 'base': 'BASE'}
    """
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    done: dict[str, Result] = {}
    failed: dict[str, BaseException] = {}
    running: dict[Future[Result], str] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while running := running | {pool.submit(work, name): name for name in sorter.get_ready()}:
                for ended in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(ended)
                    problem = ended.exception()
                    if problem:
                        failed[name] = problem
                    else:
                        done[name] = ended.result()
                        sorter.done(name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _end(running)
            raise
    if failed:
        raise together({name: failed[name] for name in needs if name in failed})
    return {name: done[name] for name in needs}


def together(failed: Mapping[str, BaseException]) -> BaseException:
    """One error for all that failed.

    Example:
        >>> print(together({"a": UserError("a broke.", "Why.", "Mend it."), "b": OSError("disk full")}))
        2 failed: `a`, `b`.
        a broke. Why. Mend it.
        b: disk full.
        Mend them and run the same command again: what is done is kept.
    """
    if len(failed) == 1:
        return next(iter(failed.values()))
    names = ", ".join(f"`{name}`" for name in failed)
    lines = [
        str(problem) if isinstance(problem, UserError) else f"{name}: {problem}." for name, problem in failed.items()
    ]
    remedy = "Mend them and run the same command again: what is done is kept."
    return UserError(f"{len(failed)} failed: {names}.\n", "\n".join(lines), f"\n{remedy}")


def _end(running: Collection[Future[Result]]) -> None:
    patience = time.monotonic() + process.SECONDS_TO_END
    while wait(running, timeout=2).not_done:
        process.end_all(kill=time.monotonic() > patience)
