"""R with a database in reach: by plain Rscript as on a laptop, and in a task."""

from pathlib import Path

import pytest
from tests.images.conftest import Running

from airflow_k8s.images import contract, pod
from airflow_k8s.paths import ROOT

INSIDE = Path(__file__).parent / "inside"
SCRIPTS = ROOT / "tests" / "smoke" / "dags" / "scripts"
ORDERS = """
DROP TABLE IF EXISTS orders;
CREATE TABLE orders AS SELECT 'north' AS region, 2.5 AS amount FROM generate_series(1, 4);
"""


@pytest.fixture
def warehouse(bench: contract.Bench) -> dict[str, str]:
    contract.sql(bench, ORDERS)
    (password,) = [
        one.partition("=")[2] for one in bench.database.attrs["Config"]["Env"] if one.startswith("PGPASSWORD")
    ]
    login = {"PGHOST": "database", "PGDATABASE": "airflow", "PGUSER": "airflow", "PGPASSWORD": password}
    return {**login, "WAREHOUSE": f"postgres://airflow:{password}@database:5432/airflow"}


def run(bench: contract.Bench, running: Running, variables: dict[str, str], *words: str, folder: Path) -> str:
    place = {str(folder): {"bind": "/scripts", "mode": "ro"}}
    end = pod.run(
        bench.client, running.image, list(words), environment=variables, network=bench.name, volumes=place, seconds=120
    )
    assert end.code == 0, end.said
    return end.said


def test_a_script_of_the_smoke_dags_is_one_that_plain_rscript_runs(
    bench: contract.Bench, running: Running, warehouse: dict[str, str]
) -> None:
    said = run(bench, running, warehouse, "Rscript", "/scripts/orders.R", folder=SCRIPTS)
    assert '{"rows":4,"total":10}' in said


def test_a_data_frame_becomes_a_table_and_a_data_frame_again(
    bench: contract.Bench, running: Running, warehouse: dict[str, str]
) -> None:
    run(bench, running, warehouse, "python", "/scripts/a_table_and_back.py", folder=INSIDE)
