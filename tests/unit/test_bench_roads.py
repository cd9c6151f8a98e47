"""The table of what the two roads to a pod cost, and its page."""

from datetime import date
from pathlib import Path

import pytest

from airflow_k8s.bench import roads


def costs() -> list[roads.Cost]:
    return [
        roads.cost("an operator", [roads.Run(1, 4.0, 3.5), roads.Run(1, 5.0, 3.9)]),
        roads.cost("a pod of its own", [roads.Run(2, 9.0, 6.0), roads.Run(3, 8.0, 6.4)]),
    ]


def test_a_road_has_the_pods_of_its_worst_run() -> None:
    assert [one.pods for one in costs()] == [1, 3]


def test_the_page_has_the_newest_table_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{roads.BEGIN}{roads.END}after\n")
    roads.write("old\n", page)
    table = roads.markdown(costs(), date(2026, 11, 25))
    roads.write(table, page)
    assert page.read_text() == f"before\n{roads.BEGIN}\n{table}\n{roads.END}after\n"


def test_a_page_without_a_place_for_it_is_refused_and_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    with pytest.raises(ValueError, match=r"page\.md has no"):
        roads.write("table\n", page)
    assert page.read_text() == "before\n"


def test_the_page_of_this_checkout_shows_a_table_for_every_road() -> None:
    _, _, rest = roads.PAGE.read_text().partition(roads.BEGIN)
    table, mark, _ = rest.partition(roads.END)
    assert mark and all(f"| {road} |" in table for road in roads.ROADS.values())
