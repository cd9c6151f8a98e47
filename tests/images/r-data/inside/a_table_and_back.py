"""Run inside the image, with a Postgres in reach: a data frame becomes a table, and a data frame again."""

import os
from types import SimpleNamespace

from airflow.sdk.exceptions import AirflowException

from airflow_k8s.operators.r import RScriptOperator

os.environ["AIRFLOW_CONN_WAREHOUSE"] = os.environ["WAREHOUSE"]
CONTEXT = {"dag": SimpleNamespace(folder="/nowhere"), "ti": SimpleNamespace(xcom_push=lambda key, value: None)}

FRAME = r"""
x <- data.frame(
  id = 1:3, amount = c(1.5, NA, 2.25), day = as.Date("2026-02-03") + 0:2,
  at = as.POSIXct("2026-02-03 12:30:15", tz = "UTC") + 0:2, ok = c(TRUE, NA, FALSE),
  there = as.POSIXct("2026-02-03 12:30:15.25", tz = "Asia/Kolkata") + 0:2,
  name = c("Gr\u00fc\u00dfe", "it's \"quoted\"\t\\N", NA), kind = factor(c("a", "b", "a"))
)
for (again in 1:2) airflow_return_table(x, "analytics.frames", "warehouse")
"""

READ = """
x <- airflow_xcom_pull("frame")
airflow_return(list(kinds = vapply(x, function(column) class(column)[1], ""), rows = x))
"""


def run(code: str, **arguments: object) -> object:
    elsewhere = {"PGTZ": "America/Lima"}  # the time zone that the database would use
    return RScriptOperator(task_id="r", code=code, conns=["warehouse"], env=elsewhere, **arguments).execute(CONTEXT)


run('db <- airflow_db("warehouse"); DBI::dbExecute(db, "CREATE SCHEMA IF NOT EXISTS analytics")')
reference = run(FRAME)
assert reference == {"table": "analytics.frames", "conn": "warehouse", "rows": 3}, reference

back = run(READ, inputs={"frame": reference})
assert back["kinds"] == ["integer", "numeric", "Date", "POSIXct", "logical", "POSIXct", "character", "character"], back
assert [row["name"] for row in back["rows"]] == ["Grüße", 'it\'s "quoted"\t\\N', None], back
assert (back["rows"][0]["at"], back["rows"][0]["there"]) == ("2026-02-03T12:30:15", "2026-02-03T07:00:15"), back
assert [row["ok"] for row in back["rows"]] == [True, None, False], back

# What cannot be written leaves the table that was there.
for frame in ("data.frame(a = I(list(1, 2:3)))", "data.frame(a = 1, a = 2, check.names = FALSE)"):
    try:
        run(f'airflow_return_table({frame}, "analytics.frames", "warehouse")')
    except AirflowException:
        continue
    raise AssertionError(f"{frame} is no table")
assert run(READ, inputs={"frame": reference}) == back
