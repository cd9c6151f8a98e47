library(glmnet)
coef(glmnet(as.matrix(mtcars[-1]), mtcars$mpg), s = 1)
