"""Make the Secret with the platform's keys once; whatever it holds already stays as it is."""

import base64
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from typing import Any

from kubernetes import client, config

from airflow_k8s.errors import UserError

MAKERS: dict[str, Callable[[], str]] = {
    "fernet-key": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "jwt-secret": lambda: secrets.token_urlsafe(64),  # HS512 wants as many bytes as its hash has
    "api-secret-key": lambda: secrets.token_urlsafe(64),
    "database-password": lambda: secrets.token_urlsafe(24),
    "admin-password": lambda: secrets.token_urlsafe(12),
}
"""The keys, and how each is made."""

LABELS = {"app.kubernetes.io/name": "airflow-k8s", "app.kubernetes.io/component": "keys"}


def missing(present: Mapping[str, str]) -> dict[str, str]:
    """New values, as a Secret holds them (base64), for the keys that it lacks.

    Example:
        >>> sorted(missing({"fernet-key": "…", "jwt-secret": "…", "api-secret-key": "…"}))
        ['admin-password', 'database-password']
    """
    lacking = [key for key in MAKERS if not present.get(key)]
    return {key: base64.b64encode(MAKERS[key]().encode()).decode() for key in lacking}


def ensure(api: Any, namespace: str, name: str) -> list[str]:
    """Create the Secret, or add what it lacks; return the names of the keys that were made.

    Args:
        api: a kubernetes CoreV1Api.
        namespace: where the Secret is.
        name: its name.

    Raises:
        UserError: Kubernetes refuses.
    """
    made = missing({})
    try:
        body = {"metadata": {"name": name, "labels": {**LABELS}}, "type": "Opaque", "data": made}
        api.create_namespaced_secret(namespace, body)
    except client.ApiException as refusal:
        if refusal.status != 409:
            raise UserError(
                f"The Secret {name} cannot be made.", f"Kubernetes said: {refusal.reason}.", _REMEDY
            ) from refusal
        return _complete(api, namespace, name)
    return list(made)


_REMEDY = "Let the release's keys account create it, or make it yourself and set keys.existingSecret."


def _complete(api: Any, namespace: str, name: str) -> list[str]:
    secret = api.read_namespaced_secret(name, namespace)
    made = missing(secret.data or {})
    if made:
        # With the version that was read: where another wrote meanwhile, Kubernetes refuses and the Job tries again.
        patch = {"metadata": {"resourceVersion": secret.metadata.resource_version}, "data": made}
        api.patch_namespaced_secret(name, namespace, patch)
    return list(made)


def main() -> None:
    """What the hook Job runs: ``python -m airflow_k8s.release.keys NAMESPACE NAME``."""
    namespace, name = sys.argv[1:]
    config.load_incluster_config()
    try:
        made = ensure(client.CoreV1Api(), namespace, name)
    except UserError as error:
        sys.exit(str(error))
    print(f"Secret {name}: made {', '.join(made)}." if made else f"Secret {name} is complete; nothing changed.")  # noqa: T201


if __name__ == "__main__":
    main()
