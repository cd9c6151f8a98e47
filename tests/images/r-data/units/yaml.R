library(yaml)
stopifnot(yaml.load('a: 1')$a == 1)
