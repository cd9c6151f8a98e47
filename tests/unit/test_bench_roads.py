"""The table of what the two roads to a pod cost, and its page."""

from airflow_k8s.bench import pages, roads


def costs() -> list[roads.Cost]:
    return [
        roads.cost("an operator", [roads.Run(1, 4.0, 3.5), roads.Run(1, 5.0, 3.9)]),
        roads.cost("a pod of its own", [roads.Run(2, 9.0, 6.0), roads.Run(3, 8.0, 6.4)]),
    ]


def test_a_road_has_the_pods_of_its_worst_run() -> None:
    assert [one.pods for one in costs()] == [1, 3]


def test_the_page_of_this_checkout_shows_a_table_for_every_road() -> None:
    begin, end = pages.marks("roads")
    _, _, rest = roads.PAGE.read_text().partition(begin)
    table, mark, _ = rest.partition(end)
    assert mark and all(f"| {road} |" in table for road in roads.ROADS.values())
