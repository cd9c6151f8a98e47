"""Sign-in at an OpenID Connect provider: the way of a browser there and back, and what each group may do then."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.paths import ROOT
from airflow_k8s.platform.apart import Release, Values, namespace, with_dag
from airflow_k8s.platform.rest import Airflow, wait_until
from tests import identity_provider
from tests.chart.rendered import shown
from tests.identity_provider import Browser

NAME = "oidc"
AIRFLOW_PORT, PROVIDER_PORT = 18083, 18084
AIRFLOW = f"http://127.0.0.1:{AIRFLOW_PORT}"
SECRET = "of the client"
PEOPLE = {
    "grace": {"password": "hopper", "groups": ["analysts", "everybody"]},
    "linus": {"password": "kernel", "groups": ["platform"]},
    "mallory": {"password": "mallet", "groups": ["marketing"]},
    "ada": {"password": "at the provider", "groups": ["platform"]},
}
DAG = """
from airflow.sdk import dag, task

@dag(schedule=None)
def one_task():
    @task
    def greet():
        print("hello, analysts")
        return 42
    greet()

one_task()
"""
VALUES: Values = {
    **with_dag("one_task"),
    "signIn": {
        "manager": "fab",
        "firstUser": "ada",
        "oidc": {
            "issuer": identity_provider.issuer(NAME),
            "client": {"secret": "airflow-oidc"},
            "roles": {"analysts": "Analyst", "platform": "Admin"},
        },
    },
    "triggerer": {"replicas": 0},
    "declare": {"variables": {"bucket": "lake"}},
}


def analysts_role() -> dict[str, Any]:
    """The example of docs/signing-in.md."""
    (example,) = [one for one in shown(ROOT / "docs" / "signing-in.md") if "extraObjects" in one]
    return example


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    with namespace(NAME, DAG, {"airflow-oidc": {"client-secret": SECRET}}) as one:
        start_provider()
        one.upgrade(VALUES | analysts_role())
        with one.forwarded(f"{NAME}-api-server", 8080, str(AIRFLOW_PORT)):
            yield one


def start_provider(**changed: list[str]) -> None:
    people = {name: {**person, "groups": changed.get(name, person["groups"])} for name, person in PEOPLE.items()}
    identity_provider.run(Release(NAME), SECRET, f"{AIRFLOW}/auth/oauth-authorized/oidc", people)


def came(name: str, password: str = "") -> tuple[Browser, str]:
    """Somebody's browser after the sign-in, and the page it ended on."""
    browser = Browser(AIRFLOW, identity_provider.issuer(NAME), PROVIDER_PORT)
    with Release(NAME).forwarded(identity_provider.NAME, identity_provider.PORT, str(PROVIDER_PORT)):
        return browser, browser.sign_in(name, password or str(PEOPLE[name]["password"]))


@pytest.fixture(scope="module")
def analyst(release: Release) -> Browser:
    return came("grace")[0]


@pytest.fixture(scope="module")
def run(analyst: Browser) -> str:
    """The path of a run that an analyst started and that ended well."""
    wait_until(lambda: analyst.status("GET", "/dags/one_task") == 200, "the DAG is known", 180)
    assert analyst.status("PATCH", "/dags/one_task", {"is_paused": False}) == 200
    assert analyst.status("POST", "/dags/one_task/dagRuns", {"dag_run_id": "first", "logical_date": None}) == 200
    path = "/dags/one_task/dagRuns/first"
    wait_until(lambda: analyst.ask("GET", path).json()["state"] == "success", "the run ends well", 240)
    return path


def test_an_analyst_sees_logs_and_xcoms(analyst: Browser, run: str) -> None:
    assert "hello, analysts" in analyst.ask("GET", f"{run}/taskInstances/greet/logs/1?full_content=true").text
    assert analyst.ask("GET", f"{run}/taskInstances/greet/xcomEntries/return_value").json()["value"] == 42


def test_an_analyst_clears_tasks(analyst: Browser, run: str) -> None:
    body = {"dry_run": False, "only_failed": False, "task_ids": ["greet"], "dag_run_id": "first"}
    assert analyst.status("POST", "/dags/one_task/clearTaskInstances", body) == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/connections"),
        ("GET", "/variables"),
        ("GET", "/variables/bucket"),
        ("POST", "/pools"),
        ("GET", "/config"),
        ("GET", "/plugins"),
        ("DELETE", "/dags/one_task"),
    ],
)
def test_an_analyst_has_no_part_in(analyst: Browser, method: str, path: str) -> None:
    body = {"name": "mine", "slots": 1} if method == "POST" else None
    assert analyst.status(method, path, body) == 403


def test_an_administrator_has_all(release: Release) -> None:
    administrator, _ = came("linus")
    assert administrator.ask("GET", "/variables/bucket").json()["value"] == "lake"
    assert administrator.status("GET", "/connections") == 200


PASSWORD = f"{AIRFLOW}/auth/resetmypassword/form"


def test_nobody_gets_a_password_beside_the_provider_s(analyst: Browser) -> None:
    assert 'name="conf_password"' not in analyst.get(PASSWORD, timeout=60).text
    administrator, _ = came("linus")
    form = administrator.get(PASSWORD, timeout=60).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token, form
    wish = {"csrf_token": token[1], "password": "of-my-own", "conf_password": "of-my-own"}
    assert administrator.post(PASSWORD, data=wish, timeout=60).status_code == 403
    with pytest.raises(UserError, match="401"):
        Airflow(AIRFLOW, "linus", "of-my-own")


def test_who_is_in_no_group_with_a_role_is_told_so(release: Release) -> None:
    stranger, page = came("mallory")
    assert "You are known as mallory, but none of your groups (marketing) has a role in Airflow." in page
    assert stranger.status("GET", "/dags") == 401


def test_a_wrong_password_ends_at_the_provider(release: Release) -> None:
    browser, page = came("grace", "guess")
    assert 'type="password"' in page
    assert browser.status("GET", "/dags") == 401


def test_airflow_s_own_user_is_no_person_of_the_provider(release: Release) -> None:
    _, page = came("ada")
    assert "ada is a user of Airflow's own, with a password" in page
    assert Airflow(AIRFLOW, "ada", release.secret("admin-password")).get("/variables/bucket")["value"] == "lake"


def test_roles_follow_groups(release: Release, run: str) -> None:
    before, _ = came("grace")
    start_provider(grace=["platform"])
    after, _ = came("grace")
    wait_until(lambda: after.status("GET", "/connections") == 200, "the session has the new role", 60)
    start_provider(grace=["marketing"])
    assert "none of your groups (marketing)" in came("grace")[1]
    wait_until(lambda: before.status("GET", "/dags") == 403, "the session from before has no role any more", 60)


@pytest.mark.parametrize(
    ("verb", "what", "may"),
    [
        ("list", "resourcequotas", "yes"),
        ("list", "events", "yes"),
        ("list", "pods", "no"),
        ("get", "pods/log", "no"),
        ("create", "pods/exec", "no"),
        ("get", "secrets", "no"),
        ("get", "configmaps", "no"),
    ],
)
def test_what_analysts_may_see_of_kubernetes(release: Release, verb: str, what: str, may: str) -> None:
    asked = ("auth", "can-i", verb, what, "--as=grace", "--as-group=analysts")
    if may == "yes":
        assert release.kubectl(*asked).strip() == "yes"
    else:
        with pytest.raises(UserError, match=r"\bno\b"):  # which is also how it exits
            release.kubectl(*asked)
