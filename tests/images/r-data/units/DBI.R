library(DBI)
d <- dbConnect(RSQLite::SQLite())
stopifnot(dbGetQuery(d, 'select 1 a')$a == 1)
