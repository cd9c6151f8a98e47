library(survival)
coxph(Surv(time, status) ~ age, lung)
