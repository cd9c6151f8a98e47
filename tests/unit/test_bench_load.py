"""The load model, and what is computed from it: the pages' tables and the values files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
import yaml

from airflow_k8s.bench import pages, parts
from airflow_k8s.bench.load import kubelet, loads, model, page, usage
from airflow_k8s.bench.load.model import Costs, Load, Settings
from airflow_k8s.bench.load.usage import NODE, TASKS, Clock

COSTS = Costs(
    {TASKS: 1.2, NODE: 0.4, "scheduler": 0.05, "api-server": 0.1, "postgres": 0.03, "log-store": 0.01, "tracking": 0.02}
)
WIDE = Settings(parallelism=4000, max_active_tasks=4000, slots=4000, nodes=1000)


@pytest.mark.parametrize(
    ("settings", "stage"),
    [
        (WIDE, "api-server"),
        (replace(WIDE, api_servers=9), "scheduler"),
        (replace(WIDE, api_servers=9, schedulers=9), "tracking"),
        (replace(WIDE, nodes=1), "nodes"),
        (replace(WIDE, slots=16), "slots"),
        (replace(WIDE, parallelism=16), "slots"),
        (replace(WIDE, max_active_tasks=16), "slots"),
        (replace(WIDE, api_servers=9, batch=1), "scheduler"),
    ],
    ids=str,
)
def test_a_fan_out_waits_for_the_slowest_stage(settings: Settings, stage: str) -> None:
    rates = model.stages(COSTS, settings)
    assert min(rates, key=lambda name: rates[name]) == stage
    assert model.seconds(1000, COSTS, settings) == pytest.approx(1000 / rates[stage] + COSTS.alone)


def test_a_scheduler_that_creates_one_pod_a_loop_is_slower_than_one_that_creates_sixteen() -> None:
    one, sixteen = (model.stages(COSTS, replace(WIDE, batch=batch))["scheduler"] for batch in (1, 16))
    assert one == pytest.approx(1 / (COSTS.loop + 0.05))
    assert one < sixteen < 1 / 0.05


def test_work_holds_slots_and_room_on_nodes_and_nothing_else() -> None:
    idle, busy = (model.stages(COSTS, Settings(nodes=2), work=work) for work in (0, 120))
    assert {name for name in idle if idle[name] != busy[name]} == {"slots", "nodes"}


@pytest.mark.parametrize("load", loads.LOADS, ids=lambda load: load.name)
def test_values_that_are_wanted_carry_their_load(load: Load) -> None:
    for costs in (COSTS, page.costs(page.kept())):
        settings = model.wanted(load, costs, loads.NODE_CORES)
        assert min(model.stages(costs, settings, load.work).values()) >= load.busy_rate


def test_a_fan_out_of_5000_is_started_in_the_time_that_the_page_says() -> None:
    load, costs = loads.LOADS[-1], page.costs(page.kept())
    settings = model.wanted(load, costs, loads.NODE_CORES)
    assert model.seconds(load.fan_out, costs, settings, load.work) <= load.within + load.work + costs.alone


@pytest.mark.parametrize("load", loads.LOADS, ids=lambda load: load.name)
def test_the_values_files_are_what_was_computed(load: Load) -> None:
    found = page.kept()
    assert (loads.FOLDER / f"{load.name}.yaml").read_text() == loads.text(load, page.costs(found), found.rest)


def test_there_is_no_other_values_file_among_them() -> None:
    assert {file.name for file in loads.FOLDER.iterdir()} == {f"{load.name}.yaml" for load in loads.LOADS}


def test_a_larger_load_gets_no_smaller_value() -> None:
    small, middle, large = (model.wanted(load, COSTS, 4) for load in loads.LOADS[:3])
    for name in ("parallelism", "batch", "schedulers", "api_servers", "nodes"):
        assert getattr(small, name) <= getattr(middle, name) <= getattr(large, name)


def test_the_pages_show_what_was_measured_last() -> None:
    found = page.kept()
    shown = {
        (parts.PERFORMANCE, "load-check"): page.check_table(found),
        (parts.PERFORMANCE, "limits"): page.limits_table(page.costs(found)),
        (parts.SCALING, "loads"): loads.rows(page.costs(found), found.rest),
    }
    for (file, name), table in shown.items():
        begin, end = pages.marks(name)
        assert file.read_text().partition(begin)[2].partition(end)[0].strip() == table


def test_the_model_is_no_further_from_what_was_measured_than_a_quarter() -> None:
    errors = [abs(said / point.seconds - 1) for point, said in page.checked(page.kept())]
    assert errors
    assert max(errors) < 0.25


def test_the_model_tells_the_fan_out_of_20_that_another_bench_measured() -> None:
    """30.2 s (28.0 to 33.0) in `bench tasks` on a quiet machine: two cores, room for four tasks at a time."""
    assert model.on_shared_cores(20, page.costs(page.kept()), room=4, shared=2) == pytest.approx(30.2, rel=0.15)


def test_costs_are_told_by_component_and_fan_out() -> None:
    found = page.kept()
    table = page.costs_table(found, date(2026, 11, 26))
    assert [line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:-2]] == [*usage.COMPONENTS, "all"]


def clocks(seconds: Mapping[str, float], moment: float) -> usage.Reading:
    return {name: Clock(cpu, moment) for name, cpu in seconds.items()}


def test_pods_that_have_gone_are_the_tasks() -> None:
    before = clocks({"node": 100, "pods": 60, "scheduler": 20, "airflow/other": 5}, 0)
    after = clocks({"node": 160, "pods": 105, "scheduler": 25, "airflow/other": 6}, 10)
    rest = {"node": 0.3, "pods": 0.2, "scheduler": 0.1, "airflow/other": 0.1}
    used = usage.beyond(before, after, rest)
    assert used == pytest.approx({TASKS: 45 - 2 - 4 - 0, NODE: (60 - 3) - (45 - 2), "scheduler": 4})


def test_a_simulated_pod_passes_the_phases_of_a_real_one() -> None:
    now = "2026-11-26T12:00:00Z"
    statuses = [kubelet.waiting(), kubelet.running(now), kubelet.succeeded(now, now)]
    assert [status["phase"] for status in statuses] == ["Pending", "Running", "Succeeded"]
    states = [next(iter(status["containerStatuses"][0]["state"])) for status in statuses]
    assert states == ["waiting", "running", "terminated"]


def test_nothing_but_its_own_pods_comes_to_the_simulated_node() -> None:
    values = yaml.safe_load((loads.FOLDER.parents[2] / "src/airflow_k8s/bench/load/values.yaml").read_text())
    pool = values["tasks"]["nodePools"]["simulated"]
    made = kubelet.node("2026-11-26T12:00:00Z")
    assert pool["nodeSelector"].items() <= made["metadata"]["labels"].items()
    assert [(one["key"], one["effect"]) for one in made["spec"]["taints"]] == [
        (one["key"], one["effect"]) for one in pool["tolerations"]
    ]
