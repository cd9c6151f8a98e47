import polars as pl

assert pl.DataFrame({"x": [1, 2]}).lazy().sum().collect().item() == 3
