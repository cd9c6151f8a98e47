"""R that stops, and R that takes too long with children that will not go: what is told, and what is left."""

from datetime import timedelta
from pathlib import Path

from airflow.sdk import dag

from airflow_k8s.operators.r import RScriptOperator

STOPS = """
monthly <- function(month) if (month > 12) stop("there is no month ", month) else month
# The log can be read while its pod is there.
reg.finalizer(.GlobalEnv, function(e) Sys.sleep(15), onexit = TRUE)
monthly(13)
"""

OVERDUE = """
system("sleep 4711", wait = FALSE)
system("(trap '' TERM; sleep 4711; sleep 4711)", wait = FALSE)
system("setsid sleep 4711", wait = FALSE)
Sys.sleep(1)
message("running: ", toString(unlist(lapply(Sys.glob("/proc/[0-9]*/comm"), readLines))))
Sys.sleep(4711)
"""


class WatchedOperator(RScriptOperator):
    """Tells what runs in its pod when R was ended."""

    def execute(self, context):
        try:
            return super().execute(context)
        finally:
            commands = [path.read_bytes().decode().split("\0") for path in Path("/proc").glob("[0-9]*/cmdline")]
            context["ti"].xcom_push("left", [" ".join(words[:6]) for words in commands])  # behind them is the token


@dag(schedule=None, tags=["smoke"])
def r_that_fails():
    RScriptOperator(task_id="stops", code=STOPS, memory="512Mi")
    WatchedOperator(task_id="overdue", code=OVERDUE, memory="512Mi", execution_timeout=timedelta(seconds=20))


r_that_fails()
