import pandas as pd
import statsmodels.formula.api as smf

fitted = smf.ols("y ~ x", pd.DataFrame({"x": [1, 2, 4], "y": [2, 4, 9]})).fit()
assert round(fitted.params["x"], 1) == 2.4
