"""DAGs from a git server that asks for a password: one pod fetches them, and the pods of tasks know nothing of it."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_k8s.images import overlay
from airflow_k8s.paths import CHART
from airflow_k8s.platform.apart import Release, Values, namespace
from airflow_k8s.platform.rest import Airflow, wait_until

NAME = "gitdags"
USER, PASSWORD = "ada", "s3cret"
INTERVAL = 10
ASKED = 10
"""Seconds between two questions of the DAG processor."""
READING = 45
"""Seconds that reading one file may take on a machine that is busy with other things."""

DAG = """
import time

from airflow.sdk import DAG, Variable, task

CODE = "{code}"

with DAG("from_git", schedule=None, tags=[CODE]):

    @task
    def early() -> str:
        while Variable.get("late", default="not yet") == "not yet":
            time.sleep(1)
        return CODE

    @task
    def late() -> str:
        return CODE

    early() >> late()
"""

BAKED = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("from_a_folder", schedule=None):
    BashOperator(task_id="greet", bash_command="echo hello")
"""
FOLDER = {
    "volumes": [{"name": "folder", "configMap": {"name": "folder"}}],
    # One file: the whole of a ConfigMap has links that Airflow takes for a loop.
    "volumeMounts": [{"name": "folder", "mountPath": "/opt/airflow/folder/one.py", "subPath": "from_a_folder.py"}],
}

SERVER = f"""
import base64
import http.server

WANTED = "Basic " + base64.b64encode(b"{USER}:{PASSWORD}").decode()


class Guarded(http.server.CGIHTTPRequestHandler):
    def _is_let_in(self):
        if self.headers["Authorization"] == WANTED:
            return True
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def do_GET(self):
        if self._is_let_in():
            super().do_GET()

    def do_POST(self):
        if self._is_let_in():
            super().do_POST()


http.server.ThreadingHTTPServer(("", 8080), Guarded).serve_forever()
"""
START = """
set -e
git init --quiet --bare --initial-branch=main dags.git
mkdir cgi-bin
printf '#!/bin/sh\\nexec git http-backend\\n' > cgi-bin/git
chmod +x cgi-bin/git
exec python -W ignore /server/server.py
"""
COMMIT = """
set -e
rm -rf work
git clone --quiet dags.git work 2>/dev/null
cd work
git checkout --quiet -B main
mkdir -p dags
cat > dags/from_git.py
git add .
git commit --quiet --message=change
git push --quiet origin main
git rev-parse HEAD
"""

VALUES: Values = {
    "dags": {
        "git": {
            "url": f"http://git-server.{NAME}:8080/cgi-bin/git/dags.git",
            "subfolder": "dags",
            "interval": INTERVAL,
            "secret": "dags-token",
        },
        "bundles": [
            {
                "name": "folder",
                "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                "kwargs": {"path": "/opt/airflow/folder"},
            }
        ],
        "storage": {"size": "1Gi"},
    },
    "dagProcessor": FOLDER,
    "tasks": FOLDER,
}


def git_pod(image: str) -> dict[str, Any]:
    """What runs the git server, in a pod that Pod Security `restricted` lets in."""
    who = {f"GIT_{one}_{what}": USER for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {**who, "HOME": "/srv", "GIT_PROJECT_ROOT": "/srv", "GIT_HTTP_EXPORT_ALL": "1"}
    container = {
        "name": "git-server",
        "image": image,
        "workingDir": "/srv",
        "command": ["sh", "-c", START],
        "env": [{"name": name, "value": value} for name, value in env.items()],
        "readinessProbe": {"tcpSocket": {"port": 8080}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "code", "mountPath": "/server"}, {"name": "srv", "mountPath": "/srv"}],
    }
    return {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [{"name": "code", "configMap": {"name": "git-server"}}, {"name": "srv", "emptyDir": {}}],
    }


def serve(release: Release) -> None:
    """Start a git server that asks for a password, with an empty repository."""
    git, labels = overlay.read()["git"], {"app": "git-server"}
    release.apply("ConfigMap", "git-server", data={"server.py": SERVER})
    release.apply("Service", "git-server", spec={"selector": labels, "ports": [{"port": 8080}]})
    template = {"metadata": {"labels": labels}, "spec": git_pod(f"{git['repository']}:{git['tag']}")}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    release.apply("Deployment", "git-server", apiVersion="apps/v1", spec=spec)
    release.kubectl("rollout", "status", "deployment/git-server", "--timeout=120s")


def commit(release: Release, code: str) -> str:
    """Push a commit; returns its name."""
    words = ["exec", "-i", "deployment/git-server", "--", "sh", "-c", COMMIT]
    return release.kubectl(*words, stdin=DAG.format(code=code)).split()[-1]


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """The release, from a repository with one commit."""
    with namespace(NAME, secrets={"dags-token": {"username": USER, "password": PASSWORD}}) as one:
        one.apply("ConfigMap", "folder", data={"from_a_folder.py": BAKED})
        serve(one)
        commit(one, "one")
        one.upgrade(VALUES)
        yield one


@pytest.fixture(scope="module")
def airflow(release: Release) -> Iterator[Airflow]:
    with release.signed_in() as there:
        yield there


@pytest.fixture(scope="module")
def moved(release: Release, airflow: Airflow) -> dict[str, Any]:
    """A run that began before a commit and ended after it: its id, and how long the commit took to be seen."""
    wait_until(lambda: _code(airflow) == "one", "the DAG is known", 180)
    run = airflow.start("from_git")
    wait_until(lambda: _states(airflow, run)["early"] == "running", "the first task runs", 120)
    version = commit(release, "two")
    start = time.monotonic()
    wait_until(lambda: _code(airflow) == "two", "the new commit is seen", 180)
    seconds = time.monotonic() - start
    airflow.post("/variables", {"key": "late", "value": "now"})
    return {"run": run, "seconds": seconds, "version": version, "state": airflow.finish("from_git", run)}


def test_a_dag_from_git_runs_to_success(moved: dict[str, Any]) -> None:
    assert moved["state"] == "success"


def test_a_new_commit_is_seen_within_its_interval(moved: dict[str, Any]) -> None:
    print(f"A new commit was seen after {moved['seconds']:.0f} s.")
    assert moved["seconds"] < INTERVAL + ASKED + READING


def test_a_run_keeps_the_code_that_it_began_with(airflow: Airflow, moved: dict[str, Any]) -> None:
    assert airflow.returned("from_git", moved["run"], "early") == "one"
    assert airflow.returned("from_git", moved["run"], "late") == "one"


def test_the_next_run_has_the_new_code_and_names_its_commit(airflow: Airflow, moved: dict[str, Any]) -> None:
    run = airflow.start("from_git")
    assert airflow.finish("from_git", run) == "success"
    assert airflow.returned("from_git", run, "late") == "two"
    assert airflow.get(f"/dags/from_git/dagRuns/{run}")["bundle_version"] == moved["version"]


def test_a_task_has_its_files_at_once(airflow: Airflow, moved: dict[str, Any]) -> None:
    log = airflow.log("from_git", moved["run"], "late")
    (milliseconds,) = re.findall(r"bundle_prepare_ms\W+(\d+)", log)
    print(f"The files were there after {milliseconds} ms.")
    assert int(milliseconds) < 2000


def test_a_dag_of_a_further_bundle_runs_beside_them(airflow: Airflow) -> None:
    wait_until(lambda: airflow.knows("from_a_folder"), "the other DAG is known", 120)
    assert airflow.get("/dags/from_a_folder")["bundle_name"] == "folder"
    assert airflow.finish("from_a_folder", airflow.start("from_a_folder")) == "success"


def test_a_wrong_branch_is_told_and_what_was_there_runs_on(
    release: Release, airflow: Airflow, moved: dict[str, Any]
) -> None:
    release.helm("upgrade", NAME, CHART, "--reuse-values", "--set=dags.git.branch=mian")
    wait_until(lambda: "It has no such branch or tag" in _events(release), "the events say what is wrong", 90)
    assert "Correct dags.git.branch." in release.kubectl("logs", f"deployment/{NAME}-dags")
    run = airflow.start("from_git")
    assert airflow.finish("from_git", run) == "success"
    release.upgrade(VALUES)


def test_a_repository_that_goes_away_leaves_tasks_running(
    release: Release, airflow: Airflow, moved: dict[str, Any]
) -> None:
    release.kubectl("delete", "deployment/git-server", "--wait")
    release.kubectl("rollout", "restart", f"deployment/{NAME}-dags")
    wait_until(lambda: "It does not answer" in _events(release), "the events say that it is away", 120)
    run = airflow.start("from_git")
    assert airflow.finish("from_git", run) == "success"
    assert airflow.returned("from_git", run, "late") == "two"


def _code(airflow: Airflow) -> str | None:
    found = airflow.get("/dags", dag_id_pattern="from_git")["dags"]
    return found[0]["tags"][0]["name"] if found else None


def _states(airflow: Airflow, run: str) -> dict[str, str]:
    return {task["task_id"]: task["state"] for task in airflow.tasks("from_git", run)}


def _events(release: Release) -> str:
    said = ("get", "events", "--field-selector=reason=Unhealthy", "--output=jsonpath={.items[*].message}")
    return release.kubectl(*said)
