"""Read DAG files as the DAG processor does: with its own code, each in a process that is forked for it."""

import gc
import importlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from airflow_k8s.lint import network

SECONDS = 60
"""A file that takes longer is given up; Airflow itself gives up earlier (core.dagbag_import_timeout)."""

SETTINGS = {
    "AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor,LocalExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "50",  # deep enough to hold the DAG file's own line
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
}
"""What of the platform's settings decides how a file is read."""


WARM_UP = """
from airflow.sdk import DAG, task
with DAG("warm_up"):
    @task(executor_config={"cpu": 1})
    def read(): ...
    read()
"""
"""A file that makes Airflow import what it imports late; children inherit it."""


@dataclass(frozen=True)
class Reading:
    """What came of reading one file.

    Args:
        file: its path.
        dags: how many DAGs are in it.
        errors: what the import errors of the cluster would say.
        warnings: what Airflow's own check says of values that differ at every parse.
        calls: what it tried to do while it was read.
    """

    file: Path
    dags: int = 0
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    calls: tuple[network.Call, ...] = ()


@dataclass(frozen=True)
class _Child:
    process: BaseProcess
    file: Path
    deadline: float


def prepare(catalogue: Path | None) -> None:
    """Import Airflow once, for all processes that are forked later; settings must stand before that.

    Args:
        catalogue: what the platform offers, as its chart publishes it; None: requests are not judged.
    """
    os.environ.update(SETTINGS)
    os.environ.setdefault("AIRFLOW_HOME", f"{tempfile.gettempdir()}/airflow-k8s-lint")
    os.environ.pop("AIRFLOW_K8S_CATALOGUE", None)
    if catalogue:
        os.environ["AIRFLOW_K8S_CATALOGUE"] = str(catalogue.resolve())
    import airflow.dag_processing.processor  # noqa: F401, PLC0415 - what is imported here costs no file anything


def preload(modules: Iterable[str]) -> None:
    """Import what files are going to import of Airflow, once for all: as the DAG processor does for each file.

    Args:
        modules: full names; only Airflow's own and its providers' are taken.
    """
    from airflow_k8s.policy import translate  # noqa: F401, PLC0415 - see prepare

    for module in {"kubernetes.client.models", *(name for name in modules if name.startswith("airflow."))}:
        with suppress(Exception):  # the file that asks for it is told in its turn
            importlib.import_module(module)
    warm_up()
    gc.freeze()  # else each child's collector would copy all that the parent has imported


def warm_up() -> None:
    """Let Airflow import what it imports late, with the first file that it reads."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "warm_up.py"
        file.write_text(WARM_UP)
        parse(file, file.parent)


def read_all(files: Iterable[Path], root: Path, jobs: int) -> Iterator[Reading]:
    """Read files, ``jobs`` at a time; ``prepare`` must have run.

    Args:
        files: DAG files.
        root: the folder that the cluster has as DAG bundle: modules beside the DAGs are imported from there.
        jobs: processes at a time.

    Yields:
        A reading a file, as they end.
    """
    waiting, running = list(files)[::-1], dict[Connection, _Child]()
    while waiting or running:
        while waiting and len(running) < jobs:
            answer, child = _start(waiting.pop(), root)
            running[answer] = child
        for answer in _ended(running):
            yield _end(running.pop(answer), answer)


def _start(file: Path, root: Path) -> tuple[Connection, _Child]:
    context = multiprocessing.get_context("fork")
    answer, question = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(file, root, question), daemon=True)
    process.start()
    question.close()  # the child's end: without it here, a child that dies shows as the end of the pipe
    return answer, _Child(process, file, time.monotonic() + SECONDS)


def _ended(running: dict[Connection, _Child]) -> list[Connection]:
    """Those that have answered, died, or must be given up."""
    left = min(child.deadline for child in running.values()) - time.monotonic()
    ready = [answer for answer in wait(list(running), timeout=max(0, left)) if isinstance(answer, Connection)]
    return ready or [answer for answer, child in running.items() if child.deadline <= time.monotonic()]


def _end(child: _Child, answer: Connection) -> Reading:
    try:
        reading: Reading = answer.recv() if answer.poll() else Reading(child.file, errors=(_given_up(),))
    except EOFError:
        child.process.join()
        reading = Reading(child.file, errors=(_died(child.process.exitcode),))
    child.process.kill()
    child.process.join()
    answer.close()
    return reading


def _given_up() -> str:
    return f"It was not read to its end within {SECONDS} s. Something in it waits. Move that into a task."


def _died(code: int | None) -> str:
    return f"Reading it ended the process (exit code {code}). A DAG file must not exit. Move that into a task."


def _read(file: Path, root: Path, question: Connection) -> None:
    """In the child: say nothing, touch no network, and send back what the DAG processor would."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - until the process ends
    calls = network.refuse(str(file))
    result = parse(file, root)
    errors = tuple((result.import_errors or {}).values())
    warnings = tuple(str(warning["message"]) for warning in result.warnings or [])
    question.send(Reading(file, len(result.serialized_dags), errors, warnings, tuple(calls)))


def parse(file: Path, root: Path) -> Any:
    """What the DAG processor does. Airflow's name for it has an underscore; no other way gives the cluster's words.

    Args:
        file: the DAG file.
        root: its bundle's folder.
    """
    import structlog  # noqa: PLC0415 - comes with Airflow
    from airflow.dag_processing import processor  # noqa: PLC0415 - see prepare

    request = processor.DagFileParseRequest(file=str(file), bundle_path=root, bundle_name="dags")
    return processor._parse_file(request, structlog.get_logger())
