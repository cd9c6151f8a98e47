library(rmarkdown)
writeLines('# Ä `r 1+1`', '/tmp/x.Rmd')
render('/tmp/x.Rmd', quiet = TRUE)
