import pandas as pd

pd.DataFrame({"x": [1]}).to_excel("/tmp/x.xlsx")
assert pd.read_excel("/tmp/x.xlsx").x[0] == 1
