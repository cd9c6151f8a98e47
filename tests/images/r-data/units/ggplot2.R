library(ggplot2)
ggsave('/tmp/x.png', ggplot(mtcars, aes(wt, mpg)) + geom_point())
