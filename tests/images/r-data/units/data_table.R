library(data.table)
stopifnot(data.table(x = 1:3)[x > 1, .N] == 2)
