# Connects, tells on purpose what should not be told, and returns what anyone in this pod can see of its processes.
conn <- airflow_conn("warehouse")
db <- airflow_db("warehouse")
stopifnot(DBI::dbGetQuery(db, "SELECT current_user AS who")$who == conn$login)

seen <- function(kind) {
  read <- function(file) tryCatch(readLines(file, warn = FALSE, skipNul = TRUE), error = function(e) character())
  paste(unlist(lapply(Sys.glob(file.path("/proc/[0-9]*", kind)), read)), collapse = "\n")
}
message("I am ", conn$login, " and my password is ", conn$password)
warning("The password is ", conn$password)
without_token <- gsub('"token": *"[^"]*"', "", seen("cmdline"))
airflow_return(list(who = conn$login, commands = without_token, variables = seen("environ")))

message("I wait until I was seen.")
while (!file.exists("/tmp/seen")) Sys.sleep(0.5)
