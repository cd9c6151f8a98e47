# What every R task finds. RScriptOperator names this file in R_PROFILE_USER, so that a script stays untouched.

local({
  place <- Sys.getenv("AIRFLOW_R_PLACE")
  said <- function(name) jsonlite::fromJSON(file.path(place, paste0(name, ".json")))
  to_place <- function(x, file) {
    json <- jsonlite::toJSON(x, auto_unbox = TRUE, digits = NA, null = "null", na = "null",
                             POSIXt = "ISO8601", force = FALSE)
    writeLines(json, file.path(place, file), useBytes = TRUE)
    invisible(x)
  }

  one_of <- function(kind, remedy, all, name) {
    if (!name %in% names(all)) {
      stop(sprintf("There is no %s \"%s\" here. This task has %s. %s", kind, name,
                   if (length(all)) toString(names(all)) else "none", remedy), call. = FALSE)
    }
    all[[name]]
  }

  # A connection that the task got in `conns`: host, port, login, password, schema, conn_type, extra.
  airflow_conn <- function(id) one_of("connection", "Name it in `conns` of the task.", said("connections"), id)

  # The same, open, for DBI; times are UTC there as they are here. Whoever opens it closes it: DBI::dbDisconnect(db).
  airflow_db <- function(id) {
    conn <- airflow_conn(id)
    switch(conn$conn_type, postgres = postgres(conn), sqlite = DBI::dbConnect(RSQLite::SQLite(), conn$host),
      stop(sprintf("airflow_db() cannot open \"%s\", which is of the type %s. It knows postgres and sqlite. %s", id,
                   conn$conn_type, "Open it with airflow_conn() and the driver of your choice."), call. = FALSE))
  }

  postgres <- function(conn) {
    port <- if (is.null(conn$port)) 5432 else conn$port
    db <- DBI::dbConnect(RPostgreSQL::PostgreSQL(), host = conn$host, port = port, dbname = conn$schema,
                         user = conn$login, password = conn$password)
    # RPostgreSQL reads and writes times without their zone: the database's would shift them.
    DBI::dbExecute(db, "SET TIME ZONE 'UTC'")
    db
  }

  # A value that the task got in `inputs`, as jsonlite reads it: lists of records become data frames, and so does a
  # table that another task named (airflow_return_table(), SQLOperator with `into`).
  airflow_xcom_pull <- function(name) {
    value <- one_of("input", "Name it in `inputs` of the task.", said("inputs"), name)
    if (is.list(value) && setequal(names(value), c("table", "conn", "rows"))) read_table(value) else value
  }

  # A name from outside becomes part of SQL only if it is one: letters, digits and underscores.
  parts_of <- function(table) {
    if (!grepl("^[[:alpha:]_][[:alnum:]_]*([.][[:alpha:]_][[:alnum:]_]*)?$", table)) {
      stop(sprintf("\"%s\" is not the name of a table. Write \"schema.table\" or \"table\".", table), call. = FALSE)
    }
    strsplit(table, ".", fixed = TRUE)[[1]]
  }

  read_table <- function(reference) {
    db <- airflow_db(reference$conn)
    on.exit(DBI::dbDisconnect(db))
    DBI::dbGetQuery(db, paste("SELECT * FROM", paste(parts_of(reference$table), collapse = ".")))
  }

  # The task's result for other tasks. Data frames become lists of records; dates are ISO 8601, NA is null.
  airflow_return <- function(x) to_place(x, "return.json")

  # The same for what is too large for Airflow's database: the data frame becomes a table, replacing an older one of the
  # name, and the task's result says where it is.
  airflow_return_table <- function(x, table, conn) {
    parts <- parts_of(table)
    x <- as.data.frame(lapply(x, in_utc), check.names = FALSE)
    lists <- names(x)[vapply(x, is.list, NA)]
    if (length(lists)) stop("A table has no column of lists: ", toString(lists), ". Unnest them first.", call. = FALSE)
    db <- airflow_db(conn)
    on.exit(DBI::dbDisconnect(db))
    DBI::dbWithTransaction(db, write_table(db, parts, x))
    to_place(list(table = table, conn = conn, rows = nrow(x)), "return.json")
  }

  in_utc <- function(column) {
    if (!inherits(column, "POSIXt")) return(column)
    structure(as.POSIXct(column), tzone = "UTC")
  }

  write_table <- function(db, parts, x) {
    if (DBI::dbExistsTable(db, parts)) DBI::dbRemoveTable(db, parts)
    written <- DBI::dbWriteTable(db, parts, x, row.names = FALSE)
    # RPostgreSQL warns and goes on where others stop.
    if (!isTRUE(written)) stop("The table ", paste(parts, collapse = "."), " could not be written.", call. = FALSE)
  }

  tools <- list(airflow_xcom_pull = airflow_xcom_pull, airflow_conn = airflow_conn, airflow_db = airflow_db,
                airflow_return = airflow_return, airflow_return_table = airflow_return_table)
  attach(tools, name = "airflow", warn.conflicts = FALSE)

  versions <- function() {
    loaded <- sort(setdiff(loadedNamespaces(), rownames(installed.packages(priority = "base"))))
    found <- c(R = as.character(getRversion()), vapply(loaded, function(name) as.character(packageVersion(name)), ""))
    message(toString(paste(names(found), found)))
    to_place(as.list(found), "versions.json")
  }
  reg.finalizer(.GlobalEnv, function(e) versions(), onexit = TRUE)

  # Warnings where they happen. An error with the calls that led to it, as far as it was not caught: they are noted
  # while they stand, and told behind R's own sentence.
  led_to_it <- list()
  globalCallingHandlers(error = function(e) led_to_it <<- sys.calls())
  tell <- function() {
    raising <- c("stop", ".handleSimpleError", "abort", "rlang::abort", "signal_abort", "signalCondition")
    inner <- vapply(led_to_it, function(call) deparse(call[[1]], nlines = 1)[1] %in% raising, NA)
    for (call in led_to_it[cumsum(inner) == 0]) message("    ", substr(deparse(call, nlines = 1), 1, 200))
    quit(save = "no", status = 1)
  }
  options(warn = 1, error = tell)
})
