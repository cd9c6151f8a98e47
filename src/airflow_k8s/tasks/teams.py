"""Whose a task is, and the labels by which its pod says so."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from airflow_k8s.tasks.catalogue import Team

TEAM, OWNER, COST_CENTRE = "airflow-k8s/team", "airflow-k8s/owner", "airflow-k8s/cost-centre"
"""Labels of a task's pod. The platform sets them, so that sums of costs can be trusted."""

LONGEST = 63
"""Characters of a label's value.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""


def team_of(file: str | None, owner: str, teams: Mapping[str, Team]) -> Team | None:
    """The team that a task belongs to.

    The folder counts first: who may write there is settled where the files are kept, and an owner anybody can write.
    Of folders in each other, the inner one counts; of equals, the team that comes first by name.

    Args:
        file: the DAG file, relative to its bundle.
        owner: the task's ``owner``; several are divided by commas.
        teams: by name.

    Example:
        >>> teams = {"finance": Team("finance", folders=("finance",)), "ops": Team("ops", owners=("ada",))}
        >>> [team_of(*task, teams).name for task in [("finance/nightly.py", "ada"), ("nightly.py", "bob, ada")]]
        ['finance', 'ops']
    """
    by_folder = [(folder, team) for team in _sorted(teams) for folder in team.folders if _is_below(file, folder)]
    if by_folder:
        return max(by_folder, key=lambda found: found[0].count("/"))[1]
    owners = {one.strip() for one in owner.split(",")}
    return next((team for team in _sorted(teams) if owners & {*team.owners}), None)


def labels(owner: str | None, team: Team | None) -> dict[str, str]:
    """The labels of a task's pod.

    Args:
        owner: who is named as its owner; None where nobody is.
        team: whose it is.

    Example:
        >>> labels("Ada Lovelace <ada@example.com>", Team("finance", cost_centre="4711"))
        {'airflow-k8s/team': 'finance', 'airflow-k8s/owner': 'Ada-Lovelace-ada-example.com', 'airflow-k8s/cost-centre': '4711'}
    """  # noqa: E501  (one line, as it is printed)
    named = {TEAM: team.name if team else "", OWNER: label(owner or ""), COST_CENTRE: team.cost_centre if team else ""}
    return {name: value for name, value in named.items() if value}


def label(text: str) -> str:
    """A text as the value of a label may be; "" where nothing of it can stay.

    Example:
        >>> label("Jürgen Müller, Bob"), label("_private_"), label("李")
        ('Jurgen-Muller-Bob', 'private', '')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).lstrip("-_.")[:LONGEST].rstrip("-_.")


def _sorted(teams: Mapping[str, Team]) -> Iterable[Team]:
    return (teams[name] for name in sorted(teams))


def _is_below(file: str | None, folder: str) -> bool:
    return file is not None and PurePosixPath(folder) in PurePosixPath(file).parents
