# What every R task finds. RScriptOperator names this file in R_PROFILE_USER, so that a script stays untouched.

local({
  place <- Sys.getenv("AIRFLOW_R_PLACE")
  said <- function(name) jsonlite::fromJSON(file.path(place, paste0(name, ".json")))

  one_of <- function(kind, remedy, all, name) {
    if (!name %in% names(all)) {
      stop(sprintf("There is no %s \"%s\" here. This task has %s. %s", kind, name,
                   if (length(all)) toString(names(all)) else "none", remedy), call. = FALSE)
    }
    all[[name]]
  }

  # A value that the task got in `inputs`, as jsonlite reads it: lists of records become data frames.
  airflow_xcom_pull <- function(name) one_of("input", "Name it in `inputs` of the task.", said("inputs"), name)

  # A connection that the task got in `conns`: host, port, login, password, schema, conn_type, extra.
  airflow_conn <- function(id) one_of("connection", "Name it in `conns` of the task.", said("connections"), id)

  # The task's result for other tasks. Data frames become lists of records; dates are ISO 8601, NA is null.
  airflow_return <- function(x) {
    json <- jsonlite::toJSON(x, auto_unbox = TRUE, digits = NA, null = "null", na = "null",
                             POSIXt = "ISO8601", force = FALSE)
    writeLines(json, file.path(place, "return.json"), useBytes = TRUE)
    invisible(x)
  }

  tools <- list(airflow_xcom_pull = airflow_xcom_pull, airflow_conn = airflow_conn, airflow_return = airflow_return)
  attach(tools, name = "airflow", warn.conflicts = FALSE)

  versions <- function() {
    loaded <- setdiff(loadedNamespaces(), rownames(installed.packages(priority = "base")))
    told <- vapply(sort(loaded), function(name) paste(name, packageVersion(name)), "")
    message("R ", getRversion(), if (length(told)) paste0(": ", toString(told)))
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
