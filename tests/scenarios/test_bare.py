"""An install that says nothing but which images there are: the README's command without its one setting."""

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.paths import OVERLAY
from airflow_k8s.platform.apart import namespace

NAME = "bare"
MIGRATE = "--selector=app.kubernetes.io/component=migrate"


def test_everything_runs_and_nobody_can_sign_in() -> None:
    with namespace(NAME) as release:
        release.upgrade({}, files=(OVERLAY,))
        servers = release.json("deployments,statefulsets")["items"]
        assert {one["metadata"]["name"]: one["status"].get("readyReplicas") for one in servers} == {
            f"{NAME}-{server}": 1
            for server in ("api-server", "scheduler", "dag-processor", "triggerer", "postgres", "log-store")
        }
        assert "The database has the tables of this image." in release.kubectl("logs", MIGRATE)
        assert release.sql("select count(*) from ab_user;") == [["0"]]
        with pytest.raises(UserError, match="401"), release.signed_in():
            pass
