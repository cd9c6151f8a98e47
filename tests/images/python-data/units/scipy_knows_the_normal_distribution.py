from scipy.stats import norm

assert norm.cdf(0) == 0.5
