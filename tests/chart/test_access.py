"""Who holds which secret, and who may do what."""

import pytest

from tests.chart.rendered import GIT, Object, Release, render, secret_variables

WHOLE = (
    GIT
    | {"tracking": {"connection": "warehouse"}, "cleanup": {"database": {"enabled": True}}}
    | {component: {"enabled": True} for component in ("executionApi", "prePull", "pgbouncer")}
)
"""Every component that there is."""

JWT = ("jwt-secret", "jwt-kid", "jwks-path")
"""The JWT key; its name and where all that are trusted lie are there for a rotation alone."""

SECRETS = {
    # Read in Airflow's code: who signs, who checks, who decrypts, who opens the database.
    "api-server": {"fernet-key", *JWT, "api-secret-key", "database-password", "client-secret"},
    "execution-api": {"fernet-key", *JWT, "database-password"},
    "scheduler": {"fernet-key", *JWT, "database-password"},
    "dag-processor": {"fernet-key", "database-password"},
    "dags": set(),  # the repository's, as a file
    "triggerer": {"fernet-key", "api-secret-key", "database-password"},
    "migrate": {"database-password", "admin-password"},
    "log-store": {"api-secret-key"},  # who may read a log
    "tracking": {"fernet-key", "database-password"},  # opens the database, reads a connection
    "cleanup-pods": set(),
    "cleanup-database": {"database-password"},
    "test": {"database-password"},  # makes a user, and takes it away
    "keys": set(),
    "gate": set(),
    "pre-pull": set(),
    "pgbouncer": {"database-password"},
    "postgres": set(),  # a file, not a variable
    "task-pod/base": set(),
}

RIGHTS = {
    "scheduler": {"pods": "create delete get list patch watch"},
    "pod-launcher": {
        "pods": "create delete get list patch watch",
        "pods/log": "get",
        "pods/exec": "create get",
        "events": "list",
    },
    "tracking": {"pods": "list watch"},
    "cleanup-pods": {"pods": "delete list"},
    "test": {"pods": "list"},
    "log-store": {"pods": "list watch", "pods/log": "get"},
    "keys": {"secrets": "create", "secrets/airflow-keys": "get patch"},
}


@pytest.mark.parametrize("owner", SECRETS)
def test_each_pod_holds_only_the_secrets_that_it_uses(owner: str) -> None:
    main = render(WHOLE, set_up="fab").pods()[owner].main
    assert set(secret_variables(main).values()) == SECRETS[owner]


def test_the_table_above_names_every_pod() -> None:
    assert set(render(WHOLE, set_up="fab").pods()) == set(SECRETS)


def test_only_the_sign_in_container_sees_the_simple_managers_password() -> None:
    pods = render(set_up="kind").pods()
    assert set(secret_variables(pods["test"].main).values()) == {"admin-password"}
    pod = pods["api-server"]
    holders = [own["name"] for own in pod.containers() if "admin-password" in secret_variables(own).values()]
    assert holders == ["sign-in"]


def test_no_password_is_in_the_text(release: Release) -> None:
    for pod in release.pods().values():
        for container in pod.containers():
            words = [*container.get("command", []), *container.get("args", [])]
            assert not [word for word in words if "password" in str(word).lower()]
    assert "airflow:airflow@" not in release.text


@pytest.mark.parametrize("owner", RIGHTS)
def test_each_account_has_only_the_rights_that_it_uses(owner: str) -> None:
    assert _rights(render(WHOLE).all("Role")[owner]) == RIGHTS[owner]


def test_nobody_else_has_rights_and_none_reach_beyond_the_namespace(release: Release) -> None:
    assert {name.split("/")[-1] for name in release.all("Role")} <= set(RIGHTS)
    assert not {found["kind"] for found in release.objects} & {"ClusterRole", "ClusterRoleBinding"}


def test_each_role_is_given_to_the_account_of_its_name(release: Release) -> None:
    for name, binding in release.all("RoleBinding").items():
        namespace, _, owner = f"airflow/{name}".removeprefix("airflow/").rpartition("/")
        assert binding["roleRef"]["name"] == f"airflow-{owner}"
        # A launcher's token is a task's, and is good where the task runs; the others are the platform's.
        at_home = namespace if owner == "pod-launcher" else ""
        (subject,) = binding["subjects"]
        assert (subject["name"], subject["namespace"]) == (f"airflow-{owner}", at_home or "airflow")


def test_only_those_with_rights_hold_a_token(release: Release) -> None:
    for owner, pod in release.pods().items():
        holds = owner in {"scheduler", "tracking", "log-store", "keys", "cleanup-pods", "test"}
        assert pod.spec["automountServiceAccountToken"] is holds, owner


def test_each_component_has_an_account_of_its_own(release: Release) -> None:
    accounts = release.all("ServiceAccount")
    for owner, pod in release.pods().items():
        component = owner.split("/")[0]
        if component in {"gate", "preflight"}:  # runs before the release has accounts, without a token
            continue
        assert pod.spec["serviceAccountName"] == f"airflow-{component}"
        assert accounts[component]["automountServiceAccountToken"] is False


def _rights(role: Object) -> dict[str, str]:
    return {
        "/".join([resource, *rule.get("resourceNames", [])]): " ".join(sorted(rule["verbs"]))
        for rule in role["rules"]
        for resource in rule["resources"]
    }
