"""What is made of the moments of tasks: figures, ratios, budgets, a picture."""

from datetime import date
from xml.etree import ElementTree

import pytest

from airflow_k8s.bench import compared, idle, plot, starts, tasks
from airflow_k8s.start import LEVERS


def run(start: float = 2.0, cpu: float = 3.0, number: int = 1, stay: float = 1.5) -> tasks.Run:
    """Tasks that were scheduled at once, with half a second of work each."""
    one = tasks.Task(0, 0.1, 0.2, 0.9, 0.1 + start, 0.6 + start, 0.6 + start + stay)
    return tasks.Run([one] * number, cpu * number)


def side(factor: float) -> compared.Side:
    runs = {
        dag_id: [run(2.0 * factor, 3.0 * factor, number)]
        for dag_id, number in {"fan_out_1": 1, "chain_10": 10, "fan_out_20": 20}.items()
    }
    return compared.Side(runs)


RESULT = compared.Result(side(1), side(4))


def test_a_run_lasts_from_the_first_scheduled_to_the_last_ended() -> None:
    late = tasks.Task(5, 5.1, 5.2, 6, 7, 9, 10)
    assert tasks.Run([run().tasks[0], late], 1.0).seconds == 9


def test_a_pod_whose_end_nobody_saw_tells_nothing_about_ends() -> None:
    unseen = tasks.Task(0, 0.1, None, None, 2, 3, None)
    assert unseen.stay is None
    assert set(tasks.shares([unseen])) == {"queued", "ended"}


@pytest.mark.parametrize(
    ("dag_id", "what", "budget"),
    [
        ("fan_out_20", tasks.CLOCK, 0.4 * 8.6),
        ("fan_out_20", tasks.CPU, 4.0),
        ("fan_out_1", tasks.START, 2.5),
        ("fan_out_1", tasks.START_95, 4.0),
        ("fan_out_1", tasks.STAY, 2.0),
        ("chain_10", tasks.CLOCK, None),
    ],
)
def test_figures_stand_beside_what_they_may_be(dag_id: str, what: str, budget: float | None) -> None:
    figures = dict(compared.named(RESULT))[compared.DONE[dag_id]]
    (found,) = [figure.budget for figure in figures if figure.what == what]
    assert found == (None if budget is None else pytest.approx(budget))


def test_stocks_figures_have_no_budget() -> None:
    named = dict(compared.named(RESULT))
    assert {figure.budget for figure in named["20 at once, stock"]} == {None}


def test_the_tables_say_every_ratio() -> None:
    table = compared.markdown(RESULT, date(2026, 11, 26))
    assert "| 20 at once | first scheduled to last ended | 2.6 (2.6 to 2.6) | 8.6 (8.6 to 8.6) | 30% |" in table
    assert "| Airflow starts in it and asks to run | 1.20 | 7.20 |" in compared.steps(RESULT)


def test_the_picture_is_drawn_to_scale() -> None:
    drawn = ElementTree.fromstring(compared.plot(RESULT))  # noqa: S314 - our own
    bars = [one for one in drawn.iter("{http://www.w3.org/2000/svg}rect") if one.get("height") == "22"]
    assert len(bars) == 2 * len(compared.TAKES)
    ours, stock = (sum(float(one.get("width", 0)) for one in half) for half in (bars[:6], bars[6:]))
    assert ours / stock == pytest.approx(4.1 / 10.1, abs=0.01)


def test_a_part_below_zero_is_not_drawn() -> None:
    assert 'width="0.0"' in plot.bars("Seconds", {"here": {"a": -1.0, "b": 2.0}}, {"a": "nothing", "b": "something"})


def test_the_platform_at_rest_stands_beside_what_it_may_take() -> None:
    rest = {"scheduler": (0.03, 300.0), "api-server": (0.01, 400.0)}
    assert "| all | 0.040 | 700 |" in idle.markdown(rest, date(2026, 11, 26))
    assert [figure.broken for figure in idle.figures(rest)] == [False, False]
    assert [figure.broken for figure in idle.figures({**rest, "hog": (0.2, 2000.0)})] == [True, True]


def test_levers_are_pulled_one_after_the_other() -> None:
    levers = [one.levers.split(",") for one in starts.variants("base", "stock")][2:]
    assert [len(pulled) for pulled in levers] == [*range(1, len(LEVERS) + 1)]
    assert levers[-1] == [*LEVERS]
