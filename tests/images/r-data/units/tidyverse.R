library(tidyverse)
stopifnot(nrow(tibble(x = 1:3) |> filter(x > 1)) == 2)
