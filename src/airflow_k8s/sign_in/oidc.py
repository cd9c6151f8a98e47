"""From what a provider tells about a person to a user of Airflow and the roles of that user. Touches nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NAME = "oidc"
"""What FAB calls the provider; the address that the provider sends people back to ends with it."""

SECONDS = 10
"""How long an answer of the provider is waited for."""

VARIABLE, SECRET_VARIABLE = "AIRFLOW_K8S_OIDC", "AIRFLOW_K8S_OIDC_SECRET"
"""Where the chart puts signIn.oidc as JSON, and the client's secret from its Secret."""

OTHERS = "*"
"""In place of a group: all other people."""


class RefusedError(Exception):
    """Somebody is not let in; the sentence is for that person."""


@dataclass(frozen=True)
class Oidc:
    """signIn.oidc, as the chart's values have it.

    Args:
        issuer: the provider's address.
        client: what the provider calls this Airflow.
        scopes: what it is asked for, with spaces between.
        groups: the claim with a person's groups.
        user: the claim that names a person in Airflow.
        roles: role by group; `*` is for those in none of the others.
    """

    issuer: str
    client: str
    scopes: str
    groups: str
    user: str
    roles: Mapping[str, str]

    @classmethod
    def read(cls, text: str) -> "Oidc":
        """From JSON, as the chart writes it."""
        values = json.loads(text)
        claims = values["claims"]
        return cls(
            issuer=values["issuer"],
            client=values["client"]["id"],
            scopes=claims["scopes"],
            groups=claims["groups"],
            user=claims["user"],
            roles=values["roles"],
        )

    def provider(self, secret: str) -> dict[str, Any]:
        """The provider in FAB's words; all else about it Authlib learns from its own description."""
        return {
            "name": NAME,
            "icon": "fa-key",
            "token_key": "access_token",
            "remote_app": {
                "client_id": self.client,
                "client_secret": secret,
                "server_metadata_url": f"{self.issuer.removesuffix('/')}/.well-known/openid-configuration",
                # Without a timeout a provider's pod that just went away holds a sign-in for two minutes.
                "client_kwargs": {"scope": self.scopes, "code_challenge_method": "S256", "default_timeout": SECONDS},
            },
        }


def claims(token: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """All that the provider says of a person: in the token that it signed, and when asked.

    Args:
        token: the claims of the ID token.
        told: what the userinfo endpoint answered; empty where there is none.

    Raises:
        RefusedError: they are about two people.

    Example:
        >>> claims({"sub": "7", "email": "ada@example.org"}, {"sub": "7", "groups": ["analysts"]})["groups"]
        ['analysts']
    """
    if told and told.get("sub") != token["sub"]:
        raise RefusedError("The provider told Airflow of another person than the one who signed in. Please try again.")
    return {**told, **token}


def person(oidc: Oidc, said: Mapping[str, Any]) -> dict[str, Any]:
    """A person, as FAB wants to know one.

    Raises:
        RefusedError: the provider does not name the person.
    """
    name = said.get(oidc.user)
    if not name:
        raise RefusedError(
            f"The provider did not tell Airflow who you are: the claim {oidc.user} is missing. "
            "Ask whoever runs Airflow to see to signIn.oidc.claims."
        )
    return {
        "username": str(name),
        "email": str(said.get("email", "")),
        "first_name": str(said.get("given_name", said.get("name", ""))),
        "last_name": str(said.get("family_name", "")),
        "role_keys": groups(said.get(oidc.groups)),
    }


def groups(value: Any) -> list[str] | None:
    """The groups in a claim, whose form every provider chooses; None where it is missing.

    Example:
        >>> groups(["analysts"]), groups("analysts"), groups([{"name": "analysts"}]), groups(None)
        (['analysts'], ['analysts'], ['analysts'], None)
    """
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    return [str(one.get("name", one) if isinstance(one, Mapping) else one) for one in listed]


def roles(oidc: Oidc, somebody: Mapping[str, Any]) -> list[str]:
    """The names of a person's roles: those of all their groups, or what all other people have.

    Raises:
        RefusedError: there is none.
    """
    theirs: list[str] | None = somebody["role_keys"]
    found = sorted({oidc.roles[group] for group in theirs or () if group in oidc.roles and group != OTHERS})
    if found or OTHERS in oidc.roles:
        return found or [oidc.roles[OTHERS]]
    if theirs is None:
        raise RefusedError(
            f"You are known as {somebody['username']}, but the provider told Airflow no groups: the claim "
            f"{oidc.groups} is missing. Ask whoever runs Airflow to see to signIn.oidc.claims."
        )
    raise RefusedError(
        f"You are known as {somebody['username']}, but none of your groups ({', '.join(theirs) or 'there are none'}) "
        "has a role in Airflow. Ask whoever runs it for one: signIn.oidc.roles."
    )
