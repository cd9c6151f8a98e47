library(readxl)
writexl::write_xlsx(mtcars, '/tmp/x.xlsx')
stopifnot(nrow(read_xlsx('/tmp/x.xlsx')) == 32)
