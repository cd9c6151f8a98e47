"""The operators for analysts, on the cluster: R, SQL, decorators and containers of one's own."""

import json
import re
from collections.abc import Callable

from kubernetes.client import ApiClient

from airflow_k8s.platform.namespace import RELEASE, kubectl
from airflow_k8s.platform.pods import PodRecorder
from airflow_k8s.platform.rest import Airflow
from tests.smoke.conftest import Run
from tests.smoke.logs import Logs, read_until_the_end
from tests.smoke.test_dags import reference, resources

Runner = Callable[..., Run]


def test_decorators_run_on_the_images_that_they_name(run: Runner) -> None:
    done = run("decorators")
    assert done.state == "success"
    assert [done.returned("root", i) for i in (0, 1)] == [{"root": 2, "threads": "1"}, {"root": 3, "threads": "1"}]
    assert [pod.spec.containers[0].image for pod in done.pods("square")] == [reference("python-data")] * 2
    assert [pod.spec.containers[0].image for pod in done.pods("root")] == [reference("r-data")] * 2
    assert resources(done.pods("root")[0].spec.containers[0]) == ("300m", "1", "512Mi", "512Mi")
    assert done.returned("threads") == ["2", 2]  # of 1.1 cores
    rendered = [
        one["rendered_fields"] for one in done.airflow.tasks(done.dag_id, done.run_id) if one["task_id"] == "root"
    ]
    assert ["sqrt(" in fields["code"] for fields in rendered] == [True, True]


def test_tables_go_from_sql_to_r_and_back_with_their_types(run: Runner) -> None:
    run("tables_between_tasks")
    done = run("tables_between_tasks")  # finds the tables of the first run
    assert done.state == "success"
    assert done.returned("totals") == {"table": "smoke_totals", "conn": "warehouse", "rows": 3}
    assert done.returned("scores") == {"table": "smoke_scores", "conn": "warehouse", "rows": 3}
    for kind in ("boolean", "date", "double precision", "integer", "text", "timestamp with time zone"):
        assert kind in str(done.returned("types"))
    assert done.returned("part")["rows"] == 333
    assert done.returned("counted") == ["(333)"]  # REST shows a tuple as text


def test_r_that_fails_tells_why_and_leaves_nothing(airflow: Airflow, run: Runner) -> None:
    logs: Logs = {}
    done = run("r_that_fails", lambda run_id: logs.update(read_until_the_end(airflow, "r_that_fails", run_id)))
    assert done.task_states() == {"stops": "failed", "overdue": "failed"}

    assert "Error in monthly(13) : there is no month 13" in logs["stops"]
    assert "    monthly(13)" in logs["stops"]

    assert re.search(r"running: .*sleep, .*sleep, .*sleep", logs["overdue"])  # they were there
    left = done.airflow.returned(done.dag_id, done.run_id, "overdue", key="left")
    assert any("execute_workload" in command for command in left)
    assert [command for command in left if "4711" in command or "code.R" in command] == []


def test_a_connections_password_is_nowhere(airflow: Airflow, run: Runner) -> None:
    logs: Logs = {}
    done = run("no_password_anywhere", lambda run_id: logs.update(watched(airflow, run_id)))
    assert done.state == "success"
    results = xcoms(done)
    shown = airflow.tasks(done.dag_id, done.run_id)
    pods = ApiClient().sanitize_for_serialization(list(done.recorder.pods.values()))

    # What would show the password shows what it stands beside.
    assert "I am analyst and my password is ***" in logs["r"]
    assert "The password is ***" in logs["r"]
    assert "current_user" in logs["sql"]
    assert "Running: CREATE TABLE smoke_who" in logs["table"]
    assert results["r"]["return_value"]["who"] == "analyst"
    assert "looks_around.R" in results["r"]["return_value"]["commands"]
    assert "AIRFLOW_R_PLACE" in results["r"]["return_value"]["variables"]
    assert "analyst" in str(results["sql"])
    assert {pod["metadata"]["annotations"]["task_id"] for pod in pods} >= {"r", "sql", "table"}

    everything = json.dumps([logs, results, shown, pods])
    assert warehouse_password() not in everything


def watched(airflow: Airflow, run_id: str) -> Logs:
    """Read the logs to the end, and let R go as soon as it was seen."""
    seen: list[str] = []

    def let_it_go(task_id: str, log: str) -> None:
        if task_id == "r" and "I wait until I was seen." in log and not seen:
            (pod,) = [one["hostname"] for one in airflow.tasks("no_password_anywhere", run_id) if one["task_id"] == "r"]
            seen.append(kubectl("exec", pod, "--", "touch", "/tmp/seen"))

    return read_until_the_end(airflow, "no_password_anywhere", run_id, let_it_go)


def xcoms(done: Run) -> dict[str, dict[str, object]]:
    """Every XCom of a run, by task and key."""
    place = f"/dags/{done.dag_id}/dagRuns/{done.run_id}/taskInstances"
    entries = done.airflow.get(f"{place}/~/xcomEntries")["xcom_entries"]
    found: dict[str, dict[str, object]] = {}
    for entry in entries:
        task_id, key = entry["task_id"], entry["key"]
        found.setdefault(task_id, {})[key] = done.airflow.returned(done.dag_id, done.run_id, task_id, key=key)
    return found


def warehouse_password() -> str:
    """As Airflow itself has it; REST does not tell."""
    words = ("airflow", "connections", "get", "warehouse", "--output=json")
    said = kubectl("exec", f"deployment/{RELEASE}-api-server", "--", *words)
    password = json.loads(said[said.index("[") :])[0]["password"]
    assert len(password) > 20
    return str(password)


def test_a_container_of_its_own_runs_on_a_catalogues_image(run: Runner) -> None:
    with PodRecorder("kubernetes_pod_operator=True,task_id=on_a_catalogues_image") as launched:
        done = run("kubernetes_pod_operator")
    assert done.state == "success"
    assert done.returned("on_a_catalogues_image") == {"r": "4"}
    (pod,) = launched.pods.values()
    container, sidecar = pod.spec.containers
    assert container.image == sidecar.image == reference("r-data")
    assert resources(container) == ("200m", "1", "300Mi", "300Mi")
    assert pod.metadata.labels["airflow-k8s/image"] == "r-data"
    assert pod.spec.automount_service_account_token is False
    assert done.container("on_a_catalogues_image").image == reference("base")
