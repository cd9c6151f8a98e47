"""From what a provider tells to a user of Airflow and the roles of that user."""

import json
from typing import Any

import pytest

from airflow_k8s.sign_in import oidc
from airflow_k8s.sign_in.oidc import Oidc, RefusedError

VALUES = {
    "issuer": "https://login.example.org/realms/data/",
    "client": {"id": "airflow", "secret": "oidc", "key": "client-secret"},
    "roles": {"analysts": "Analyst", "platform": "Admin", "data": "Analyst"},
    "claims": {"scopes": "openid groups", "groups": "groups", "user": "preferred_username"},
}
SITE = Oidc.read(json.dumps(VALUES))
OPEN = Oidc.read(json.dumps({**VALUES, "roles": {"platform": "Admin", "*": "Viewer"}}))


def somebody(**claims: Any) -> dict[str, Any]:
    return oidc.person(SITE, {"sub": "7", "preferred_username": "ada", **claims})


@pytest.mark.parametrize(
    ("site", "groups", "roles"),
    [
        (SITE, ["analysts"], ["Analyst"]),
        (SITE, ["analysts", "data", "everybody"], ["Analyst"]),
        (SITE, ["platform", "analysts"], ["Admin", "Analyst"]),
        (OPEN, ["platform"], ["Admin"]),
        (OPEN, ["analysts"], ["Viewer"]),
        (OPEN, [], ["Viewer"]),
        (OPEN, None, ["Viewer"]),
        (OPEN, ["*"], ["Viewer"]),
    ],
)
def test_roles_come_from_groups(site: Oidc, groups: list[str] | None, roles: list[str]) -> None:
    assert oidc.roles(site, somebody(groups=groups)) == roles


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"groups": ["marketing", "sales"]}, r"You are known as ada, but none of your groups \(marketing, sales\) has"),
        ({"groups": []}, r"none of your groups \(there are none\) has a role in Airflow"),
        ({}, "the provider told Airflow no groups: the claim groups is missing"),
        ({"groups": ["Analysts"]}, r"none of your groups \(Analysts\)"),
    ],
)
def test_who_has_none_is_told_why(claims: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        oidc.roles(SITE, somebody(**claims))


def test_a_person_is_known_by_the_claim_that_the_site_names() -> None:
    said = {"given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.org", "groups": "analysts"}
    assert somebody(**said) == {
        "username": "ada",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.org",
        "role_keys": ["analysts"],
    }


def test_a_person_without_that_claim_is_refused() -> None:
    with pytest.raises(RefusedError, match="the claim preferred_username is missing"):
        oidc.person(SITE, {"sub": "7", "email": "ada@example.org"})


def test_what_the_provider_signed_counts_more_than_what_it_answers() -> None:
    merged = oidc.claims({"sub": "7", "groups": ["analysts"]}, {"sub": "7", "groups": ["platform"], "email": "a@b"})
    assert merged == {"sub": "7", "groups": ["analysts"], "email": "a@b"}


@pytest.mark.parametrize("told", [{"sub": "8", "groups": ["platform"]}, {"groups": ["platform"]}])
def test_an_answer_about_another_person_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="another person"):
        oidc.claims({"sub": "7"}, told)


def test_the_provider_describes_itself() -> None:
    app = SITE.provider("secret")["remote_app"]
    assert app["server_metadata_url"] == "https://login.example.org/realms/data/.well-known/openid-configuration"
    assert (app["client_id"], app["client_secret"]) == ("airflow", "secret")
    asked = {"scope": "openid groups", "code_challenge_method": "S256", "default_timeout": oidc.SECONDS}
    assert app["client_kwargs"] == asked
