"""Keys are made once; what a Secret holds already stays as it is."""

import base64
from typing import Any

import pytest
from cryptography.fernet import Fernet
from kubernetes import client

from airflow_k8s.errors import UserError
from airflow_k8s.release import keys


class Cluster:
    """As much of Kubernetes as the keys need: Secrets that refuse to be created twice or patched blindly."""

    def __init__(self, forbidden: bool = False) -> None:
        self.secrets: dict[str, dict[str, str]] = {}
        self.version = 1
        self.forbidden = forbidden

    def create_namespaced_secret(self, namespace: str, body: dict[str, Any]) -> None:
        if self.forbidden:
            raise client.ApiException(status=403, reason="Forbidden")
        if body["metadata"]["name"] in self.secrets:
            raise client.ApiException(status=409, reason="Conflict")
        self.secrets[body["metadata"]["name"]] = dict(body["data"])

    def read_namespaced_secret(self, name: str, namespace: str) -> client.V1Secret:
        metadata = client.V1ObjectMeta(resource_version=str(self.version))
        return client.V1Secret(data=dict(self.secrets[name]) or None, metadata=metadata)

    def patch_namespaced_secret(self, name: str, namespace: str, patch: dict[str, Any]) -> None:
        if patch["metadata"]["resourceVersion"] != str(self.version):
            raise client.ApiException(status=409, reason="Conflict")
        self.secrets[name].update(patch["data"])
        self.version += 1


def text(value: str) -> str:
    return base64.b64decode(value).decode()


def test_makes_every_key_at_the_first_install() -> None:
    cluster = Cluster()
    assert keys.ensure(cluster, "airflow", "airflow-keys") == list(keys.MAKERS)
    assert set(cluster.secrets["airflow-keys"]) == set(keys.MAKERS)


def test_changes_nothing_at_an_upgrade() -> None:
    cluster = Cluster()
    keys.ensure(cluster, "airflow", "airflow-keys")
    before = dict(cluster.secrets["airflow-keys"])
    assert keys.ensure(cluster, "airflow", "airflow-keys") == []
    assert cluster.secrets["airflow-keys"] == before


@pytest.mark.parametrize("present", [{}, {"fernet-key": "b2xk"}, {"fernet-key": "b2xk", "mine": "b2xk"}])
def test_adds_what_is_missing_and_leaves_the_rest(present: dict[str, str]) -> None:
    cluster = Cluster()
    cluster.secrets["airflow-keys"] = dict(present)
    made = keys.ensure(cluster, "airflow", "airflow-keys")
    assert set(made) == set(keys.MAKERS) - set(present)
    assert {key: cluster.secrets["airflow-keys"][key] for key in present} == present


def test_an_empty_key_counts_as_missing() -> None:
    assert set(keys.missing(dict.fromkeys(keys.MAKERS, ""))) == set(keys.MAKERS)


def test_no_two_releases_share_a_key() -> None:
    assert not set(keys.missing({}).values()) & set(keys.missing({}).values())


def test_the_fernet_key_is_one() -> None:
    Fernet(text(keys.missing({})["fernet-key"]))


def test_the_jwt_secret_has_as_many_bytes_as_its_hash() -> None:
    assert len(text(keys.missing({})["jwt-secret"])) >= 64


def test_a_refusal_is_a_sentence() -> None:
    with pytest.raises(
        UserError, match=r"The Secret k cannot be made\. Kubernetes said: Forbidden\..*keys\.existingSecret"
    ):
        keys.ensure(Cluster(forbidden=True), "airflow", "k")
