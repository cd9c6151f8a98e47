"""The values for four loads, with the bundled database and with one elsewhere."""

import pytest
import yaml

from airflow_k8s.bench.load import loads, model, page
from airflow_k8s.bench.load.model import Load
from tests.chart.rendered import Release, refusal, render

BASES = (None, "external-database", "production")


def rendered(load: Load, set_up: str | None) -> Release:
    values = yaml.safe_load((loads.FOLDER / f"{load.name}.yaml").read_text())
    return render(values, set_up)


@pytest.mark.parametrize("set_up", BASES)
@pytest.mark.parametrize("load", loads.LOADS, ids=lambda load: load.name)
def test_the_chart_takes_them(load: Load, set_up: str | None) -> None:
    release = rendered(load, set_up)
    wanted = model.wanted(load, page.costs(page.kept()), loads.NODE_CORES)
    assert release.config()["AIRFLOW__CORE__PARALLELISM"] == str(wanted.parallelism)
    servers = release.all("Deployment")
    assert servers["scheduler"]["spec"]["replicas"] == wanted.schedulers
    assert ("pgbouncer" in servers) == (loads.connections(wanted) > loads.POOLED or set_up == "production")


@pytest.mark.parametrize("load", loads.LOADS, ids=lambda load: load.name)
def test_connections_are_added_up_as_the_chart_does(load: Load) -> None:
    """With the sum they are taken, with one less they are refused: the chart's own arithmetic says so."""
    wanted = model.wanted(load, page.costs(page.kept()), loads.NODE_CORES)
    values = yaml.safe_load((loads.FOLDER / f"{load.name}.yaml").read_text())
    without = {**values, "pgbouncer": {"enabled": False}, "tracking": {"connection": "records"}}
    enough = {"enabled": True, "maxConnections": loads.connections(wanted)}
    render({**without, "postgres": enough})
    said = refusal({**without, "postgres": {"enabled": True, "maxConnections": loads.connections(wanted) - 1}})
    assert f"Set postgres.maxConnections to {loads.connections(wanted)} or more" in said
