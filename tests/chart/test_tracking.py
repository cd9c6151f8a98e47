"""Job tracking: nothing of it unless it is asked for, and then like every other component."""

from tests.chart.rendered import render, secret_variables, variables

OFF, ON = render(), render({"tracking": {"connection": "usage"}})

TOLD = {f"AIRFLOW_K8S_{what}" for what in ("TRACKING", "POD", "NODE", "TEAM", "CPU", "MEMORY")}


def test_without_a_connection_there_is_nothing_of_it() -> None:
    for kind in ("Deployment", "Role", "RoleBinding", "ServiceAccount"):
        assert "tracking" not in OFF.all(kind), kind
    assert not [name for name in variables(OFF.task_pods()["base"].main) if name in TOLD]


def test_switching_it_on_restarts_nothing_that_runs() -> None:
    before, after = OFF.pods(), ON.pods()
    assert {owner for owner in before if before[owner] != after[owner]} == {"task-pod/base"}
    assert set(after) - set(before) == {"tracking"}


def test_tasks_and_the_reconciler_use_the_same_connection() -> None:
    assert variables(ON.task_pods()["base"].main)["AIRFLOW_K8S_TRACKING"]["value"] == "usage"
    assert ON.pods()["tracking"].main["args"][0] == "usage"


def test_a_task_learns_what_its_container_asked_for() -> None:
    container = ON.task_pods()["base"].main
    for name, resource in (("AIRFLOW_K8S_CPU", "requests.cpu"), ("AIRFLOW_K8S_MEMORY", "requests.memory")):
        reference = variables(container)[name]["valueFrom"]["resourceFieldRef"]
        assert (reference["containerName"], reference["resource"]) == (container["name"], resource)


def test_tasks_get_no_secret_for_it() -> None:
    assert secret_variables(ON.task_pods()["base"].main) == {}


def test_the_reconciler_watches_the_task_pods_of_its_release() -> None:
    pod = ON.pods()["tracking"]
    wanted = dict(label.split("=") for label in pod.main["args"][1].split(","))
    assert wanted.items() <= ON.task_pods()["base"].metadata["labels"].items()
    assert pod.main["args"][2:] == [ON.config()["AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE"]]


def test_the_reconciler_waits_for_the_tables_and_is_probed_without_a_python() -> None:
    pod = ON.pods()["tracking"]
    assert pod.spec["initContainers"][0]["name"] == "wait-for-migrations"
    for probe in ("startupProbe", "livenessProbe"):
        assert pod.main[probe]["exec"]["command"][0] in ("test", "sh")
    startup = pod.main["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 300
