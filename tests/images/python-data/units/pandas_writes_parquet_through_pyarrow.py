import pandas as pd

pd.DataFrame({"x": [1]}).to_parquet("/tmp/x.parquet")
assert pd.read_parquet("/tmp/x.parquet").x[0] == 1
