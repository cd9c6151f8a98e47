# An ordinary R script: it knows nothing of Airflow and runs the same on a laptop.
# The database comes from the PG* variables, as for psql.
library(DBI)

db <- dbConnect(RPostgreSQL::PostgreSQL())
orders <- dbGetQuery(db, "SELECT region, amount FROM orders")
invisible(dbDisconnect(db))

message("read ", nrow(orders), " orders")
cat(jsonlite::toJSON(list(rows = nrow(orders), total = sum(orders$amount)), auto_unbox = TRUE), "\n")
