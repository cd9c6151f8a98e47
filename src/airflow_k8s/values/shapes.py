"""How a value changes on its way from the official chart to this one: pure functions, named in counterparts.yaml."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.tasks import quantities

REMEDY = "Write it by hand."


def env(value: Any) -> dict[str, Any]:
    """A list of variables, by name.

    Example:
        >>> env([{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}])
        {'A': '1', 'B': {'valueFrom': {'fieldRef': {'fieldPath': 'spec.nodeName'}}}}
    """
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and "name" in one for one in value):
        raise UserError("It is no list of variables.", "Each has a name and a value, or valueFrom.", REMEDY)
    return {
        one["name"]: {"valueFrom": one["valueFrom"]} if "valueFrom" in one else one.get("value", "") for one in value
    }


def env_text(value: Any) -> dict[str, Any]:
    r"""The same, written as text.

    Example:
        >>> env_text("- name: A\n  value: '1'\n")
        {'A': '1'}
    """
    return env(yaml.safe_load(value) if isinstance(value, str) else value)


def list_text(value: Any) -> list[Any]:
    r"""A list, written as text.

    Example:
        >>> list_text("- secretRef: {name: proxy}\n")
        [{'secretRef': {'name': 'proxy'}}]
    """
    content = yaml.safe_load(value) if isinstance(value, str) else value
    if not isinstance(content, list):
        raise UserError("It is no list.", "The official chart takes a list, as text.", REMEDY)
    return content


def env_of_secrets(value: Any) -> dict[str, Any]:
    """Variables from Secrets, in the official chart's own words.

    Example:
        >>> env_of_secrets([{"envName": "A", "secretName": "s", "secretKey": "k"}])
        {'A': {'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}}}
    """
    return {
        one["envName"]: {"valueFrom": {"secretKeyRef": {"name": one["secretName"], "key": one["secretKey"]}}}
        for one in value
    }


def pull_secrets(value: Any) -> list[dict[str, str]]:
    """Names of pull secrets, alone or as Kubernetes writes them.

    Example:
        >>> pull_secrets(["a", {"name": "b"}])
        [{'name': 'a'}, {'name': 'b'}]
    """
    return [one if isinstance(one, dict) else {"name": one} for one in value]


def pull_secret(value: Any) -> list[dict[str, str]]:
    """One name of a pull secret.

    Example:
        >>> pull_secret("a")
        [{'name': 'a'}]
    """
    return pull_secrets([value])


def resources(value: Any) -> dict[str, Any]:
    """What a container gets; where only limits are given, they are what it asks for, as Kubernetes reads it.

    Example:
        >>> resources({"limits": {"cpu": 1}})
        {'requests': {'cpu': 1}, 'limits': {'cpu': 1}}
    """
    return {
        "requests": value.get("requests") or value["limits"],
        **({"limits": value["limits"]} if "limits" in value else {}),
    }


def cores(value: Any) -> float:
    """Cores as a number.

    Example:
        >>> cores("500m"), cores(2)
        (0.5, 2.0)
    """
    return quantities.cores(value) / quantities.CORE


def seconds(value: Any) -> float:
    """A time as Go writes it, in seconds.

    Example:
        >>> seconds("5s"), seconds("1m30s"), seconds(60)
        (5.0, 90.0, 60.0)
    """
    if isinstance(value, (int, float)):
        return float(value)
    parts = re.findall(r"([0-9.]+)(ms|h|m|s)", str(value))
    if not parts or "".join(map("".join, parts)) != value:
        raise UserError("It is no time.", "One is written as 5s or 1m30s.", REMEDY)
    return sum(float(number) * {"h": 3600, "m": 60, "s": 1, "ms": 0.001}[unit] for number, unit in parts)


def texts(value: Any) -> dict[str, str]:
    """Labels or annotations, whose values must be texts.

    Example:
        >>> texts({"a": True, "b": "x", "c": 1})
        {'a': 'true', 'b': 'x', 'c': '1'}
    """
    return {key: str(one).lower() if isinstance(one, bool) else str(one) for key, one in value.items()}


def url_secret(value: Any) -> dict[str, str]:
    """The Secret with the database's URL; the official chart reads the key `connection`.

    Example:
        >>> url_secret("airflow-metadata")
        {'name': 'airflow-metadata', 'key': 'connection'}
    """
    return {"name": value, "key": "connection"}


def manager(value: Any) -> str:
    """An auth manager's class, as signIn.manager says it.

    Example:
        >>> manager("airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager")
        'fab'
    """
    for name in ("Fab", "Simple"):
        if str(value).endswith(f".{name}AuthManager"):
            return name.lower()
    raise UserError(f"signIn.manager does not know {value}.", "It is fab or simple.", "Set config.core.auth_manager.")


SHAPES: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    **{
        shape.__name__: shape
        for shape in (
            env,
            env_text,
            list_text,
            env_of_secrets,
            pull_secrets,
            pull_secret,
            resources,
            cores,
            seconds,
            texts,
            url_secret,
            manager,
        )
    },
}
