# Reads the table that another task named, ranks its regions, and hands on a table of its own.
totals <- airflow_xcom_pull("totals")
stopifnot(
  inherits(totals$day, "Date"), inherits(totals$at, "POSIXct"), is.logical(totals$good),
  is.integer(totals$orders), is.numeric(totals$total)
)
totals$rank <- as.integer(rank(-totals$total))
airflow_return_table(totals, "smoke_scores", "warehouse")
