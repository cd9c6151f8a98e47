"""What holds for the Python image: its libraries work together, without a network and for any uid."""

from textwrap import dedent

import pytest

from tests.images.conftest import Running

WORK = {
    "duckdb reads pandas": """
        import duckdb, pandas as pd
        frame = pd.DataFrame({"x": [1, 2]})
        assert duckdb.sql("select sum(x) from frame").fetchall() == [(3,)]
        """,
    "polars": """
        import polars as pl
        assert pl.DataFrame({"x": [1, 2]}).lazy().sum().collect().item() == 3
        """,
    "pandas writes Parquet through pyarrow": """
        import pandas as pd
        pd.DataFrame({"x": [1]}).to_parquet("/tmp/x.parquet")
        assert pd.read_parquet("/tmp/x.parquet").x[0] == 1
        """,
    "pandas writes Excel": """
        import pandas as pd
        pd.DataFrame({"x": [1]}).to_excel("/tmp/x.xlsx")
        assert pd.read_excel("/tmp/x.xlsx").x[0] == 1
        """,
    "pandas reads through SQLAlchemy": """
        import pandas as pd, sqlalchemy
        assert pd.read_sql("select 1 a", sqlalchemy.create_engine("sqlite://")).a[0] == 1
        """,
    "matplotlib and seaborn draw": """
        import matplotlib.pyplot as plt, seaborn
        seaborn.lineplot(x=[1, 2], y=[1, 4])
        plt.savefig("/tmp/x.png")
        """,
    "scikit-learn fits": """
        from sklearn.linear_model import LinearRegression
        assert round(LinearRegression().fit([[1], [2]], [2, 4]).coef_[0]) == 2
        """,
    "statsmodels fits a formula": """
        import pandas as pd, statsmodels.formula.api as smf
        smf.ols("y ~ x", pd.DataFrame({"x": [1, 2, 4], "y": [2, 4, 9]})).fit().params
        """,
    "scipy": "from scipy.stats import norm; assert norm.cdf(0) == 0.5",
    "numpy has its linear algebra": "import numpy as np; assert np.linalg.solve(np.eye(2), [2, 4]).tolist() == [2, 4]",
}


@pytest.mark.parametrize("script", WORK.values(), ids=WORK)
def test_a_library_does_its_work(running: Running, script: str) -> None:
    running.run("python", "-c", dedent(script))
