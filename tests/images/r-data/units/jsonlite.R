library(jsonlite)
stopifnot(fromJSON(toJSON(list(a = 1)))$a == 1)
