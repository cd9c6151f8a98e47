"""A database that refuses the password: a sentence says so, and nothing is installed or changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.paths import CHART, OVERLAY
from airflow_k8s.platform.namespace import RELEASE, helm, kubectl, last_words, secret
from airflow_k8s.platform.rest import Airflow

NAME = "refused"
ASLEEP = {"replicas": 0}


def values(password_secret: str, parallelism: int) -> dict[str, Any]:
    """A platform on the database of the bundled one, with no pod of its own beside the jobs."""
    return {
        "postgres": {"enabled": False},
        "database": {"host": f"{RELEASE}-postgres", "passwordSecret": {"name": password_secret, "key": "password"}},
        "config": {"core": {"parallelism": parallelism}},
        **dict.fromkeys(("apiServer", "scheduler", "dagProcessor", "triggerer"), ASLEEP),
    }


@pytest.fixture
def install(airflow: Airflow, tmp_path: Path) -> Iterator[Any]:
    """Install or upgrade the release ``refused`` with a right or a wrong password; both are removed at the end."""
    right, wrong = f"{NAME}-right", f"{NAME}-wrong"
    for name, password in ((right, secret(f"{RELEASE}-keys", "database-password")), (wrong, "a-guess")):
        kubectl(
            "apply",
            "--filename=-",
            stdin=json.dumps(
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"password": password}}
            ),
        )

    def upgrade(password_secret: str, parallelism: int) -> None:
        file = tmp_path / "values.yaml"
        file.write_text(yaml.safe_dump(values(f"{NAME}-{password_secret}", parallelism)))
        helm("upgrade", "--install", NAME, str(CHART), "-f", str(OVERLAY), "-f", str(file), "--timeout", "3m")

    yield upgrade
    helm("uninstall", NAME, "--ignore-not-found")
    kubectl("delete", "secret,job", "--ignore-not-found", right, wrong, f"{NAME}-keys", f"{NAME}-preflight")


def present(kind: str) -> list[str]:
    listed = kubectl("get", kind, "--output=name", f"--selector=app.kubernetes.io/instance={NAME}")
    return listed.split()


def test_a_first_install_fails_and_leaves_nothing_behind(install: Any) -> None:
    with pytest.raises(UserError):
        install("wrong", parallelism=16)
    assert "The database refuses the password." in last_words("preflight")
    assert present("deployments") == []


def test_an_upgrade_fails_and_changes_nothing(install: Any) -> None:
    install("right", parallelism=16)
    before = kubectl("get", "configmap", f"{NAME}-config", "--output=json")
    with pytest.raises(UserError):
        install("wrong", parallelism=17)
    assert kubectl("get", "configmap", f"{NAME}-config", "--output=json") == before
    assert "deployment.apps/refused-scheduler" in present("deployments")
