"""RScriptOperator and @task.r with real R: values both ways, levels, exit codes, connections, and what is left."""

import logging
import os
import signal
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from airflow_k8s.operators.decorators import r_task
from airflow_k8s.operators.r import SECONDS_TO_STOP, RScriptOperator

os.environ["AIRFLOW_CONN_WAREHOUSE"] = "postgres://analyst:s3cret@db:5432/sales"
os.environ["AIRFLOW_CONN_FILE"] = '{"conn_type": "sqlite", "host": "/tmp/sales.db"}'


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


PUSHED: dict[str, object] = {}


def context(folder: str = "/nowhere") -> dict[str, object]:
    TOLD.lines.clear()
    PUSHED.clear()
    return {
        "dag": SimpleNamespace(folder=folder),
        "ti": SimpleNamespace(xcom_push=lambda key, value: PUSHED.update({key: value})),
        "ds": "2026-11-25",
    }


def run(folder: str = "/nowhere", **arguments: object) -> object:
    return Task(task_id="r", **arguments).execute(context(folder))


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

# The versions that it ran with, also where it failed.
run(code="library(jsonlite)")
assert any(line.startswith("R 4.") and "jsonlite 1." in line for _, line in TOLD.lines), TOLD.lines
assert PUSHED["r_versions"]["R"].startswith("4."), PUSHED
assert set(PUSHED["r_versions"]) == {"R", "jsonlite"}, PUSHED
fails(AirflowException, code='library(DBI); stop("no")')
assert "DBI" in PUSHED["r_versions"], PUSHED

# Values that databases give.
dated = {"rows": [[date(2026, 11, 1), Decimal("2.5")]]}
assert run(code='airflow_return(airflow_xcom_pull("rows"))', inputs=dated) == [["2026-11-01", "2.5"]]

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


# A database, opened; a name that is none never becomes SQL.
rows = """
db <- airflow_db("file")
DBI::dbExecute(db, "CREATE TABLE IF NOT EXISTS seen AS SELECT 1 AS one")
airflow_return(DBI::dbGetQuery(db, "SELECT * FROM seen"))
DBI::dbDisconnect(db)
"""
assert run(code=rows, conns=["file"]) == [{"one": 1}]
table = run(code='airflow_return_table(data.frame(id = 1:3), "ids", "file")', conns=["file"])
assert table == {"table": "ids", "conn": "file", "rows": 3}, table
assert run(code='airflow_return(sum(airflow_xcom_pull("ids")$id))', inputs={"ids": table}, conns=["file"]) == 6
for name in ("ids; DROP TABLE ids", "a.b.c", '"ids"', ""):
    fails(AirflowException, code=f"airflow_return_table(data.frame(a = 1), '{name}', 'file')", conns=["file"])
    assert ("ERROR", f'Error: "{name}" is not the name of a table. Write "schema.table" or "table".') in TOLD.lines
os.environ["AIRFLOW_CONN_LAKE"] = "trino://lake"
fails(AirflowException, code='airflow_db("lake")', conns=["lake"])
assert any('cannot open "lake", which is of the type trino.' in line for _, line in TOLD.lines), TOLD.lines


# A function that returns R code: its arguments are the script's inputs, whatever Jinja or R would make of them.
@r_task(task_id="decorated", conns=["file"], args=["a"])
def decorated(text, ds, weight=2):
    return f"""
    f <- function(data, column) {{ dplyr::pull(data, {{{{ column }}}}) }}
    airflow_return(list(airflow_xcom_pull("text"), airflow_xcom_pull("weight"), "{ds}", commandArgs(TRUE),
                        f(data.frame(x = 7), x)))
    """


given = decorated('it\'s "{{ ds }}"').operator.execute(context())
assert given == ['it\'s "{{ ds }}"', 2, "2026-11-25", "a", 7], given
empty = r_task(task_id="empty")(lambda: "")
try:
    empty().operator.execute(context())
except AirflowException as error:
    assert "It returned none. Return a text." in str(error)
else:
    raise AssertionError("no code is no error")


# A timeout ends R and what it started, those that ignore the signal or have a session of their own too.
def late(*_: object) -> None:
    raise TimeoutError


def left() -> list[bytes]:
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    return [command for command in commands if b"4711" in command or b"code.R" in command]


STUBBORN = """
system("sleep 4711", wait = FALSE)
system("(trap '' TERM; sleep 4711; sleep 4711)", wait = FALSE)
system("setsid sh -c 'sleep 4711; sleep 4711'", wait = FALSE)
Sys.sleep(1)
message("running: ", toString(unlist(lapply(Sys.glob("/proc/[0-9]*/comm"), readLines))))
"""
signal.signal(signal.SIGALRM, late)
signal.alarm(8)
fails(TimeoutError, code=STUBBORN + "Sys.sleep(4711)")
assert [line for _, line in TOLD.lines if line.startswith("running: ") and line.count("sleep") >= 3], TOLD.lines
assert left() == [], left()
assert list(Path("/tmp").glob("r-*")) == []


# A task that is told to end, as a pod that is deleted is: R's end is told, and it does not count as a success.
def told_to_end(*_: object) -> None:
    task.on_kill()


task = Task(task_id="r", code="Sys.sleep(4711)")
signal.signal(signal.SIGALRM, told_to_end)
signal.alarm(3)
began = time.monotonic()
try:
    task.execute(context())
except AirflowException as error:
    assert "ended by SIGTERM" in str(error), error
else:
    raise AssertionError("a script that was ended is no success")
assert left() == [], left()
assert time.monotonic() - began < 3 + SECONDS_TO_STOP  # R went at once, and nobody waited longer

# A script that is done is done: what it left behind neither holds up the task nor stays.
run(code='system("sleep 4711", wait = FALSE); system("setsid sleep 4711", wait = FALSE)')
assert left() == [], left()
