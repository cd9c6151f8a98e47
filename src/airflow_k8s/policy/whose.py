"""Whose a task is, as Airflow's own object of it says."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk.definitions._internal.abstractoperator import DEFAULT_OWNER

from airflow_k8s.tasks.catalogue import Team
from airflow_k8s.tasks.teams import labels, team_of


def whose(task: Any, teams: Mapping[str, Team]) -> tuple[Team | None, dict[str, str]]:
    """The team of a task, and the labels of every pod that is started for it. Airflow's default owner is nobody.

    Args:
        task: an operator, plain or mapped.
        teams: by name.

    Example:
        >>> from airflow.providers.standard.operators.empty import EmptyOperator
        >>> team, labels = whose(EmptyOperator(task_id="load", owner="ada"), {"ops": Team("ops", owners=("ada",))})
        >>> team.name, labels
        ('ops', {'airflow-k8s/team': 'ops', 'airflow-k8s/owner': 'ada'})
    """
    dag = task.get_dag()
    team = team_of(dag.relative_fileloc if dag else None, task.owner, teams)
    return team, labels(None if task.owner == DEFAULT_OWNER else task.owner, team)
