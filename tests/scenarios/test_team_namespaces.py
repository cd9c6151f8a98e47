"""Two teams with a namespace each, one with a quota of two pods and six tasks that want to run at once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from airflow_k8s.cluster import kind
from airflow_k8s.platform.apart import Release, installed
from airflow_k8s.platform.rest import FINISHED, Airflow, wait_until

NAME, FINANCE, SCIENCE = "teams", "teams-finance", "teams-science"
ROOM = 2
TASKS = 6

DAGS = {
    "finance/six.py": f"""
with DAG("six", schedule=None):
    parts = [f"echo this is part {{part}}; sleep 8" for part in range({TASKS})]
    BashOperator.partial(task_id="say").expand(bash_command=parts)
""",
    "science/looks_around.py": """
with DAG("looks_around", schedule=None):
    look = "env | sort; ls /var/run/secrets 2>&1; cat /var/run/secrets/kubernetes.io/serviceaccount/token"
    BashOperator(task_id="look", bash_command=look + " || true")
""",
    "science/is_deleted.py": """
@task
def wait() -> None:
    time.sleep(300)

with DAG("is_deleted", schedule=None):
    wait()
""",
    "nobodys.py": """
with DAG("nobodys", schedule=None):
    BashOperator(task_id="greet", bash_command="echo hello")
""",
}
HEAD = """
import time
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task
"""
FILES = {path.replace("/", "."): HEAD + text for path, text in DAGS.items()}
MOUNTED = {
    "volumes": [{"name": "files", "configMap": {"name": "files"}}],
    "volumeMounts": [
        {"name": "files", "mountPath": f"/opt/airflow/dags/{path}", "subPath": path.replace("/", ".")} for path in DAGS
    ],
}
VALUES: dict[str, Any] = {
    "dagProcessor": MOUNTED,
    "tasks": {
        **MOUNTED,
        "teams": {
            "finance": {"namespace": FINANCE, "quota": {"pods": ROOM, "cpu": 16, "memory": "64Gi"}},
            "science": {"namespace": SCIENCE},
        },
    },
    "tracking": {"connection": "usage"},
    "declare": {"connections": {"usage": {"name": "usage", "key": "url"}}},
    "extraObjects": [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "files", "namespace": namespace},
            "data": FILES,
        }
        for namespace in (NAME, FINANCE, SCIENCE)
    ],
}
USAGE = f"postgres://usage:usage@{NAME}-postgres.{NAME}:5432/usage"
"""A host beside the platform needs its namespace: tasks are in others."""


def pods(namespace: str) -> list[dict[str, Any]]:
    """The pods of a namespace that are not over: those that a quota counts."""
    found = json.loads(kubectl("get", "pods", "--output=json", namespace=namespace))["items"]
    return [pod for pod in found if pod["status"]["phase"] not in ("Succeeded", "Failed")]


def kubectl(*words: str, namespace: str = NAME) -> str:
    return kind.kubectl(f"--namespace={namespace}", *words)


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """The release in a namespace of its own, and the teams' that it makes and leaves behind."""
    try:
        with installed(NAME, VALUES, secrets={"usage": {"url": USAGE}}) as found:
            found.sql("create user usage password 'usage'; create database usage owner usage;")
            yield found
    finally:
        kind.kubectl("delete", "namespace", FINANCE, SCIENCE, "--ignore-not-found")


@pytest.fixture(scope="module")
def airflow(release: Release) -> Iterator[Airflow]:
    with release.signed_in() as session:
        yield session


@dataclass
class Seen:
    """A run, and what was seen while it ran."""

    run_id: str
    state: str = ""
    most_pods: int = 0
    whose: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def six(airflow: Airflow) -> Seen:
    """Six tasks where two pods have room."""
    wait_until(lambda: airflow.knows("six"), "the DAG is known", 180)
    seen = Seen(airflow.start("six"))

    def is_over() -> bool:
        now = pods(FINANCE)
        seen.most_pods = max(seen.most_pods, len(now))
        seen.whose |= {pod["spec"]["serviceAccountName"] for pod in now}
        seen.state = airflow.state("six", seen.run_id)
        return seen.state in FINISHED

    wait_until(is_over, "the six have ended", 420)
    return seen


@pytest.fixture(scope="module")
def looked(airflow: Airflow) -> str:
    """What a task of the other team finds."""
    wait_until(lambda: airflow.knows("looks_around"), "the DAG is known", 180)
    run_id = airflow.start("looks_around")
    assert airflow.finish("looks_around", run_id) == "success"
    wait_until(lambda: not pods(SCIENCE), "its pod is gone", 60)
    return airflow.log("looks_around", run_id, "look")


def test_all_six_end_well_at_the_first_try_though_the_quota_refused_their_pods(airflow: Airflow, six: Seen) -> None:
    assert six.state == "success"
    assert [(task["state"], task["try_number"]) for task in airflow.tasks("six", six.run_id)] == [("success", 1)] * 6
    assert "exceeded quota" in kubectl("logs", f"deployment/{NAME}-scheduler", "--tail=-1")


def test_never_were_there_more_pods_than_the_quota_lets_in(six: Seen) -> None:
    assert six.most_pods == ROOM
    assert six.whose == {f"{NAME}-task-pod"}


def test_each_log_is_there_when_the_pods_are_gone(airflow: Airflow, six: Seen) -> None:
    wait_until(lambda: not kubectl("get", "pods", "--output=name", namespace=FINANCE), "the pods are gone", 60)
    for part in range(TASKS):
        path = f"/dags/six/dagRuns/{six.run_id}/taskInstances/say/logs/1"
        assert f"this is part {part}" in str(airflow.get(path, map_index=part, full_content=True))


def test_each_try_has_a_closed_record_with_its_team(release: Release, six: Seen) -> None:
    asked = f"select team, outcome, ended_at - queued_at > '0' from task_runs where run_id = '{six.run_id}'"  # noqa: S608
    wait_until(lambda: tracked(release, asked) == [["finance", "success", "t"]] * TASKS, "the records are closed", 60)


def test_a_pod_that_is_deleted_in_a_teams_namespace_is_noticed(release: Release, airflow: Airflow) -> None:
    wait_until(lambda: airflow.knows("is_deleted"), "the DAG is known", 60)
    run_id = airflow.start("is_deleted")
    wait_until(lambda: "running" in [task["state"] for task in airflow.tasks("is_deleted", run_id)], "it runs", 120)
    (pod,) = pods(SCIENCE)
    kubectl("delete", "pod", pod["metadata"]["name"], "--grace-period=1", "--wait=false", namespace=SCIENCE)
    assert airflow.finish("is_deleted", run_id) == "failed"
    asked = f"select outcome, reason from task_runs where run_id = '{run_id}'"  # noqa: S608
    wait_until(lambda: tracked(release, asked) == [["failed", "deleted"]], "its record says why", 60)


def test_a_task_holds_no_secret_and_no_token(looked: str) -> None:
    assert "No such file or directory" in looked
    assert "AIRFLOW__CORE__EXECUTION_API_SERVER_URL" in looked
    # Airflow itself puts a URL that leads nowhere where the database's would be.
    for word in ("FERNET_KEY", "postgresql", "JWT_SECRET", "PGPASSWORD", "API__SECRET_KEY"):
        assert word not in looked


@pytest.mark.parametrize("namespace", [NAME, FINANCE, SCIENCE])
@pytest.mark.parametrize("what", ["secrets", "pods"])
def test_the_account_of_a_teams_tasks_may_read_nothing_anywhere(release: Release, what: str, namespace: str) -> None:
    assert not may(SCIENCE, f"{NAME}-task-pod", "list", what, namespace)


@pytest.mark.parametrize(("namespace", "allowed"), [(SCIENCE, True), (FINANCE, False), (NAME, False)])
def test_a_task_that_starts_pods_starts_them_in_its_teams_namespace_alone(
    release: Release, namespace: str, allowed: bool
) -> None:
    assert may(SCIENCE, f"{NAME}-pod-launcher", "create", "pods", namespace) is allowed


def test_a_task_of_no_team_runs_beside_the_platform(airflow: Airflow) -> None:
    wait_until(lambda: airflow.knows("nobodys"), "the DAG is known", 60)
    run_id = airflow.start("nobodys")
    homes: set[str] = set()

    def is_over() -> bool:
        homes.update(one for one in (NAME, FINANCE, SCIENCE) for pod in pods(one) if _is_of(pod, "nobodys"))
        return airflow.state("nobodys", run_id) in FINISHED

    wait_until(is_over, "it has ended", 120)
    assert (airflow.state("nobodys", run_id), homes) == ("success", {NAME})


def test_the_clean_up_goes_through_all_namespaces(release: Release) -> None:
    kubectl("create", "job", "clean-up-now", f"--from=cronjob/{NAME}-cleanup-pods")
    kubectl("wait", "job/clean-up-now", "--for=condition=Complete", "--timeout=180s")


def tracked(release: Release, query: str) -> list[list[str]]:
    """What the table of records answers."""
    return release.sql(f"\\connect usage\n{query}")


def may(home: str, account: str, verb: str, what: str, namespace: str) -> bool:
    """Whether Kubernetes would let an account do something."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": f"system:serviceaccount:{home}:{account}",
            "resourceAttributes": {"namespace": namespace, "verb": verb, "resource": what},
        },
    }
    said = kind.kubectl("create", "--filename=-", "--output=json", stdin=json.dumps(review))
    return bool(json.loads(said)["status"].get("allowed"))


def _is_of(pod: dict[str, Any], dag_id: str) -> bool:
    return pod["metadata"].get("labels", {}).get("dag_id") == dag_id
