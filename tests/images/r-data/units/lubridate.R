library(lubridate)
stopifnot(month(ymd('2026-02-03')) == 2)
