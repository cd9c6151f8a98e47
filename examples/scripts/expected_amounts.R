# Fits what an order amounts to by region, and writes what is expected into a table: all of it or nothing.
library(DBI)
library(optparse)

options <- parse_args(OptionParser(option_list = list(make_option("--table", default = "expected_amounts"))))

conn <- airflow_conn("warehouse")
db <- dbConnect(RPostgreSQL::PostgreSQL(), host = conn$host, port = conn$port, dbname = conn$schema,
                user = conn$login, password = conn$password)
orders <- dbGetQuery(db, "SELECT region, amount::float FROM orders")
model <- lm(amount ~ region, data = orders)
expected <- data.frame(region = sort(unique(orders$region)))
expected$amount <- predict(model, expected)

dbBegin(db)
if (dbExistsTable(db, options$table)) invisible(dbRemoveTable(db, options$table))
invisible(dbWriteTable(db, options$table, expected, row.names = FALSE))
invisible(dbCommit(db))
invisible(dbDisconnect(db))

message("expected amounts of ", nrow(expected), " regions are in ", options$table)
airflow_return(list(orders = nrow(orders), r_squared = summary(model)$r.squared))
