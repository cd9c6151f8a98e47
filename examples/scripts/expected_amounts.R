# Fits what an order amounts to by region, and writes what is expected into a table: all of it or nothing.
library(DBI)
library(optparse)

options <- parse_args(OptionParser(option_list = list(make_option("--table", default = "expected_amounts"))))

db <- airflow_db("warehouse")
orders <- dbGetQuery(db, "SELECT region, amount::float FROM orders")
model <- lm(amount ~ region, data = orders)
expected <- data.frame(region = sort(unique(orders$region)))
expected$amount <- predict(model, expected)
invisible(dbDisconnect(db))

airflow_return_table(expected, options$table, "warehouse")

message("expected amounts of ", nrow(expected), " regions are in ", options$table)
airflow_return(list(table = options$table, orders = nrow(orders), r_squared = summary(model)$r.squared))
