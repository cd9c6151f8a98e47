"""Sign-in at an OpenID Connect provider: what the api-server is told, what nobody else is, and what is refused."""

import json
import re
from typing import Any

import pytest
import yaml

from airflow_k8s.paths import ROOT
from airflow_k8s.sign_in.oidc import SECRET_VARIABLE, VARIABLE, Oidc
from tests.chart.rendered import Object, refusal, render, secret_variables, shown, variables

OIDC = {"issuer": "https://login.example.org", "client": {"secret": "airflow-oidc"}, "roles": {"analysts": "Analyst"}}
PAGE = ROOT / "docs" / "signing-in.md"


def with_oidc(**more: Any) -> dict[str, Any]:
    return {"signIn": {"oidc": {**OIDC, **more}}}


def server(values: dict[str, Any]) -> Object:
    return render(values).pods()["api-server"].main


def test_the_api_server_knows_the_provider() -> None:
    told = variables(server(with_oidc(client={"id": "data", "secret": "mine", "key": "word"})))
    site = Oidc.read(told[VARIABLE]["value"])
    assert (site.issuer, site.client, site.roles) == ("https://login.example.org", "data", {"analysts": "Analyst"})
    assert told[SECRET_VARIABLE]["valueFrom"]["secretKeyRef"] == {"name": "mine", "key": "word"}
    assert told["AIRFLOW__FAB__CONFIG_FILE"]["value"] == "/opt/airflow/sign-in.py"


def test_nobody_else_has_the_client_s_secret() -> None:
    for owner, pod in render(with_oidc()).pods().items():
        for container in pod.containers():
            assert (SECRET_VARIABLE in secret_variables(container)) is (container["name"] == "api-server"), owner


def test_the_defaults_are_those_that_every_provider_knows() -> None:
    site = Oidc.read(variables(server(with_oidc()))[VARIABLE]["value"])
    assert (site.client, site.scopes, site.groups) == ("airflow", "openid profile email", "groups")


def test_without_a_provider_nothing_is_said_of_one() -> None:
    assert not {VARIABLE, SECRET_VARIABLE, "AIRFLOW__FAB__CONFIG_FILE"} & variables(server({})).keys()
    assert "AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES" not in render().config()


def test_a_session_ends_within_a_day_unless_the_site_says_otherwise() -> None:
    assert render(with_oidc()).config()["AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES"] == "720"
    longer = {**with_oidc(), "config": {"fab": {"session_max_lifetime_minutes": 1440}}}
    assert render(longer).config()["AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES"] == "1440"


def test_another_role_restarts_the_api_server_alone() -> None:
    before, after = (render(with_oidc(roles=roles)).pods() for roles in ({"a": "Viewer"}, {"a": "Op"}))
    assert {owner for owner in before if before[owner] != after[owner]} == {"api-server"}


@pytest.mark.parametrize(
    "values",
    [
        {"signIn": {"oidc": {"issuer": "https://login.example.org"}}},
        with_oidc(roles={}),
        with_oidc(client={"secret": ""}),
        with_oidc(client={"id": "", "secret": "mine"}),
        {"signIn": {"manager": "simple", "oidc": OIDC}},
    ],
)
def test_values_with_which_nobody_could_sign_in_are_refused(values: dict[str, Any]) -> None:
    sentence = (
        "With signIn.oidc.issuer alone nobody can sign in: it needs signIn.manager=fab, "
        "and signIn.oidc.client.secret and roles."
    )
    assert sentence in refusal(values)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (with_oidc(issuer="login.example.org"), "at '/signIn/oidc/issuer'"),
        (with_oidc(issuer="http://login.example.org"), "at '/signIn/oidc/issuer'"),
        (with_oidc(issuer="https://login.example.org?a=b"), "at '/signIn/oidc/issuer'"),
        (with_oidc(claims={"scopes": "profile email"}), "at '/signIn/oidc/claims/scopes'"),
        (with_oidc(roles={"analysts": ["Analyst"]}), "at '/signIn/oidc/roles/analysts'"),
        (with_oidc(secret="plain"), "additional properties 'secret' not allowed"),
    ],
)
def test_what_is_no_address_no_scope_and_no_role_is_refused_by_place(values: dict[str, Any], named: str) -> None:
    assert named in refusal(values)


@pytest.mark.parametrize(
    ("issuer", "port"),
    [
        ("https://login.example.org", 443),
        ("https://login.example.org/realms/data", 443),
        ("https://login.example.org:8443/realms/data", 8443),
        ("http://login.login.svc:5556", 5556),
    ],
)
def test_the_api_server_alone_may_reach_the_provider_s_port(issuer: str, port: int) -> None:
    policies = render(with_oidc(issuer=issuer)).all("NetworkPolicy")
    rule = {"ports": [{"protocol": "TCP", "port": port}]}
    assert {name for name, policy in policies.items() if rule in policy["spec"].get("egress", [])} == {"api-server"}


def test_the_document_s_role_for_analysts_sees_no_pod_and_no_secret() -> None:
    (example,) = [one for one in shown(PAGE) if "extraObjects" in one]
    role = render(example).all("Role")["analyst"]
    seen = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert seen == {"events", "limitranges", "resourcequotas"}
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}


def test_the_document_s_table_of_providers_is_json_that_the_schema_takes() -> None:
    forms = re.findall(r"`claims: (\{.*?\})`", PAGE.read_text())
    assert forms
    for claims in forms:
        render(with_oidc(claims=json.loads(json.dumps(yaml.safe_load(claims)))))
