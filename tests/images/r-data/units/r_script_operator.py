"""RScriptOperator with real R: values both ways, levels, exit codes, connections, and an end that leaves nothing."""

import logging
import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from airflow_k8s.operators.r import RScriptOperator

os.environ["AIRFLOW_CONN_WAREHOUSE"] = "postgres://analyst:s3cret@db:5432/sales"


class Told(logging.Handler):
    """Keeps what a task's log would have."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelname, record.getMessage()))


class Task(RScriptOperator):
    """With a log that can be read."""

    log = logging.getLogger("r")


TOLD = Told()
Task.log.addHandler(TOLD)
Task.log.setLevel(logging.INFO)
Task.log.propagate = False


def run(folder: str = "/nowhere", **arguments: object) -> object:
    TOLD.lines.clear()
    return Task(task_id="r", **arguments).execute({"dag": SimpleNamespace(folder=folder)})


def fails(kind: type[BaseException], **arguments: object) -> str:
    try:
        run(**arguments)
    except kind as error:
        return str(error)
    raise AssertionError(f"it did not end with {kind.__name__}")


# Values both ways, with their types.
returned = run(
    code="""
    orders <- airflow_xcom_pull("orders")
    airflow_return(list(
      rows = nrow(orders), total = sum(orders$amount), day = as.Date("2026-02-03"), none = NULL,
      more = orders[orders$amount > 1, ], flag = TRUE, na = NA, text = "Grüße"
    ))
    """,
    inputs={"orders": [{"id": 1, "amount": 0.1}, {"id": 2, "amount": 2.5}]},
)
assert returned == {
    "rows": 2, "total": 2.6, "day": "2026-02-03", "none": None, "more": [{"id": 2, "amount": 2.5}],
    "flag": True, "na": None, "text": "Grüße",
}, returned  # fmt: skip
assert run(code="1") is None
assert "At most 1 MB fit" in fails(AirflowException, code='airflow_return(strrep("x", 2e6))')

# Arguments and variables; nothing is a shell's.
run(code='cat(commandArgs(TRUE), Sys.getenv("MONTH"), sep = "|")', args=["a b", "$(id)", 3], env={"MONTH": "2026-11"})
assert ("INFO", "a b|$(id)|3|2026-11") in TOLD.lines, TOLD.lines

# Messages, warnings and errors with the calls that led to them.
fails(AirflowException, code='message("read"); f <- function(x) { warning("odd"); stop("no such month") }; f(13)')
assert ("INFO", "read") in TOLD.lines
assert ("WARNING", "Warning in f(13) : odd") in TOLD.lines, TOLD.lines
assert ("ERROR", "Error in f(13) : no such month") in TOLD.lines, TOLD.lines
assert ("ERROR", "    f(13)") in TOLD.lines, TOLD.lines
run(code='tryCatch(stop("caught"), error = function(e) 1)')
assert not [line for level, line in TOLD.lines if level == "ERROR"]

# The versions that it ran with.
run(code="library(jsonlite)")
assert any(line.startswith("R 4.") and "jsonlite 1." in line for _, line in TOLD.lines), TOLD.lines

# Exit codes.
assert fails(AirflowException, code="quit(status = 3)") == (
    "The R script ended with exit code 3. Its last words are above."
)
fails(AirflowSkipException, code="quit(status = 99)")
assert "ended by SIGSEGV" in fails(AirflowException, code="tools::pskill(Sys.getpid(), 11)")
assert "There is no R script /nowhere/none.R" in fails(AirflowException, script="none.R")

# A script of its own, untouched, as Rscript runs it.
with TemporaryDirectory() as folder:
    Path(folder, "score.R").write_text('cat("{{ not Jinja }}\\n")\n')
    run(folder, script="score.R")
    assert ("INFO", "{{ not Jinja }}") in TOLD.lines

# Connections: those that are named, in a file that is gone afterwards, on no command line.
secret = """
conn <- airflow_conn("warehouse")
lines <- unlist(lapply(Sys.glob("/proc/[0-9]*/cmdline"), function(f) readLines(f, warn = FALSE, skipNul = TRUE)))
mode <- format(file.info(file.path(Sys.getenv("AIRFLOW_R_PLACE"), "connections.json"))$mode)
airflow_return(list(
  host = conn$host, right = conn$password == "s3cret", seen = any(grepl("s3cret", lines)), mode = mode
))
"""
assert run(code=secret, conns=["warehouse"]) == {"host": "db", "right": True, "seen": False, "mode": "600"}
fails(AirflowException, code='airflow_conn("lake")', conns=["warehouse"])
assert (
    "ERROR",
    'Error: There is no connection "lake" here. This task has warehouse. Name it in `conns` of the task.',
) in (TOLD.lines), TOLD.lines


# A timeout ends R and what it started; nothing is left of it.
def late(*_: object) -> None:
    raise TimeoutError


signal.signal(signal.SIGALRM, late)
signal.alarm(3)
fails(TimeoutError, code='system("sleep 4711", wait = FALSE); Sys.sleep(4711)')
commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
assert not [command for command in commands if b"4711" in command or b"code.R" in command], commands
assert list(Path("/tmp").glob("r-*")) == []
