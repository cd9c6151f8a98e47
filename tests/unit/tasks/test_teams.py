"""Whose a task is, by the folder of its file and by its owner."""

import re

import pytest

from airflow_k8s.tasks.catalogue import Team
from airflow_k8s.tasks.teams import label, labels, team_of

TEAMS = {
    team.name: team
    for team in (
        Team("finance", folders=("finance",), owners=("ada", "finance team"), cost_centre="4711"),
        Team("reports", folders=("finance/reports", "shared/reports")),
        Team("science", owners=("ada", "bob")),
    )
}


@pytest.mark.parametrize(
    ("file", "owner", "team"),
    [
        ("finance/nightly.py", "airflow", "finance"),
        ("finance/deep/er/nightly.py", "airflow", "finance"),
        ("finance/nightly.py", "bob", "finance"),
        ("finance/reports/nightly.py", "airflow", "reports"),
        ("shared/reports/nightly.py", "airflow", "reports"),
        ("shared/nightly.py", "airflow", None),
        ("finances/nightly.py", "airflow", None),
        ("finance.py", "airflow", None),
        ("nightly.py", "bob", "science"),
        ("nightly.py", "eve, bob", "science"),
        ("nightly.py", "ada", "finance"),
        ("nightly.py", "finance team", "finance"),
        ("nightly.py", "eve", None),
        (None, "bob", "science"),
    ],
)
def test_the_folder_says_whose_a_task_is_and_else_its_owner(file: str | None, owner: str, team: str | None) -> None:
    found = team_of(file, owner, TEAMS)
    assert (found.name if found else None) == team


@pytest.mark.parametrize(
    ("owner", "team", "expected"),
    [
        (None, None, {}),
        ("ada", None, {"airflow-k8s/owner": "ada"}),
        ("??", None, {}),
        (None, TEAMS["science"], {"airflow-k8s/team": "science"}),
        (None, TEAMS["finance"], {"airflow-k8s/team": "finance", "airflow-k8s/cost-centre": "4711"}),
    ],
)
def test_only_what_is_known_becomes_a_label(owner: str | None, team: Team | None, expected: dict[str, str]) -> None:
    assert labels(owner, team) == expected


@pytest.mark.parametrize(
    "owner", ["x" * 100, "-" * 70 + "x", "a" * 62 + "--b", "Jürgen <j@x.org>", "a\nb", "\u674e", "\u2013", ""]
)
def test_every_owner_becomes_a_value_that_kubernetes_takes(owner: str) -> None:
    assert re.fullmatch(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", label(owner))
    assert len(label(owner)) <= 63
