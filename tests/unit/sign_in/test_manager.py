"""The role for analysts, among those that FAB has."""

import pytest
from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

from airflow_k8s.sign_in.manager import ANALYST, OidcManager

BY_NAME = {one["role"]: set(one["perms"]) for one in OidcManager.ROLE_CONFIGS}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("can_read", "DAGs"),
        ("can_edit", "DAGs"),
        ("can_create", "DAG Runs"),
        ("can_edit", "Task Instances"),
        ("can_read", "Task Logs"),
        ("can_read", "XComs"),
        ("can_create", "Backfills"),
    ],
)
def test_analysts_may(action: str, resource: str) -> None:
    assert (action, resource) in BY_NAME["Analyst"]


@pytest.mark.parametrize(
    "resource", ["Connections", "Variables", "Configurations", "Users", "Roles", "My Password", "Plugins"]
)
def test_analysts_have_no_part_in(resource: str) -> None:
    assert not [entry for entry in ANALYST if entry[1] == resource]


def test_analysts_delete_no_dag_and_change_no_pool() -> None:
    assert not BY_NAME["Analyst"] & {("can_delete", "DAGs"), ("can_create", "Pools"), ("can_edit", "Pools")}


def test_analysts_may_nothing_that_op_may_not() -> None:
    assert BY_NAME["Analyst"] <= BY_NAME["Op"]


def test_airflow_s_own_roles_stay_as_they_are() -> None:
    assert OidcManager.ROLE_CONFIGS[:-1] == FabAirflowSecurityManagerOverride.ROLE_CONFIGS
