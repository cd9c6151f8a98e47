library(lme4)
fixef(lmer(Reaction ~ Days + (Days | Subject), sleepstudy))
