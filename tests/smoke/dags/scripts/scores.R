# Scores each region: its orders, read through the connection that the task names, times a weight that it was given.
library(DBI)

conn <- airflow_conn("warehouse")
db <- dbConnect(RPostgreSQL::PostgreSQL(), host = conn$host, port = conn$port, dbname = conn$schema,
                user = conn$login, password = conn$password)
regions <- dbGetQuery(db, "SELECT region, sum(amount)::float AS total FROM orders GROUP BY region ORDER BY region")
invisible(dbDisconnect(db))

regions$score <- regions$total * unlist(airflow_xcom_pull("weights"))[regions$region]
message("scored ", nrow(regions), " regions for ", commandArgs(TRUE)[1])
airflow_return(regions)
