import pandas as pd
import sqlalchemy

assert pd.read_sql("select 1 a", sqlalchemy.create_engine("sqlite://")).a[0] == 1
