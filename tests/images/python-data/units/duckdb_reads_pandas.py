import duckdb
import pandas as pd

frame = pd.DataFrame({"x": [1, 2]})
assert duckdb.sql("select sum(x) from frame").fetchall() == [(3,)]
