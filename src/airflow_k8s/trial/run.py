"""Run the trial: what the pod of ``helm test`` does."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_k8s.errors import UserError
from airflow_k8s.platform.rest import Airflow, wait_until
from airflow_k8s.trial import BUNDLE, DAG_ID, MARK
from airflow_k8s.trial.visitor import visitor

PATIENCE = 900
"""Seconds for the DAG to end: a node may have to be made, and an image pulled. `helm test` gives up after 300."""

Pods = Callable[[str], int]
"""How many pods of a run there are."""


@dataclass(frozen=True)
class Seen:
    """What was seen of a task.

    Args:
        image: its name, which is the task's.
        state: as Airflow says it.
        reference: the image that the task said it ran on; None where it said nothing.
        log: what its log held once its pod was gone.
    """

    image: str
    state: str
    reference: str | None
    log: str


def problems(seen: Seen, wanted: str, *, logs_survive: bool) -> list[str]:
    """A sentence for each thing that was not as it must be.

    Args:
        seen: what was seen.
        wanted: the reference of the image in the catalogue.
        logs_survive: whether logs are kept where a pod's end does not take them along.

    Example:
        >>> problems(Seen("base", "success", "base:1", "… This task ran on base:1"), "base:1", logs_survive=True)
        []
        >>> problems(Seen("base", "failed", None, ""), "base:1", logs_survive=True)
        ['base: the task ended as failed.']
    """
    if seen.state != "success":
        return [f"{seen.image}: the task ended as {seen.state}."]
    found = []
    if seen.reference != wanted:
        found.append(f"{seen.image}: the task ran on {seen.reference}, and the catalogue names {wanted}.")
    if logs_survive and f"{MARK} {wanted}" not in seen.log:
        found.append(f"{seen.image}: the log is gone with the pod. Look at the store that config.logging names.")
    return found


def trial(airflow: Airflow, pods: Pods, *, pods_go: bool) -> list[Seen]:
    """Run the DAG, wait until its pods are gone, look at each task, and delete the run.

    Args:
        airflow: a session.
        pods: counts the pods of a run.
        pods_go: whether Airflow takes away the pods of tasks that ended.

    Raises:
        UserError: the DAG is not there, or does not end.
    """
    _wait_for_dag(airflow)
    with _run(airflow) as run_id:
        airflow.finish(DAG_ID, run_id, PATIENCE)
        if pods_go:
            wait_until(lambda: not pods(run_id), "the pods of the run are gone", 180)
        return [_look(airflow, run_id, task) for task in airflow.tasks(DAG_ID, run_id)]


def _wait_for_dag(airflow: Airflow) -> None:
    try:
        wait_until(lambda: airflow.knows(DAG_ID), "the DAG processor has read it", 180)
    except UserError as error:
        why = (
            "It is of the bundle `airflow-k8s`, which a list in config.dag_processor.dag_bundle_config_list leaves out."
        )
        remedy = "Look at the import errors in the UI, or add to your list: "
        raise UserError(f"The DAG {DAG_ID} is not there.", why, f"{remedy}{json.dumps(BUNDLE)}.") from error


@contextmanager
def _run(airflow: Airflow) -> Iterator[str]:
    """A run of the DAG, which is deleted afterwards, with all that Airflow keeps of it."""
    run_id = airflow.start(DAG_ID)
    try:
        yield run_id
    finally:
        airflow.delete(f"/dags/{DAG_ID}/dagRuns/{run_id}")


def _look(airflow: Airflow, run_id: str, task: Mapping[str, Any]) -> Seen:
    name, state = task["task_id"], str(task["state"])
    reference = airflow.returned(DAG_ID, run_id, name) if state == "success" else None
    return Seen(name, state, reference, airflow.log(DAG_ID, run_id, name, task["try_number"]))


def verdict(seen: list[Seen], wanted: Mapping[str, str], *, logs_survive: bool) -> list[str]:
    """A sentence for each thing that was wrong: with a task, or an image that had none.

    Example:
        >>> verdict([], {"base": "base:1"}, logs_survive=False)
        ['base: no task ran on it.']
    """
    missing = [f"{name}: no task ran on it." for name in wanted if name not in {one.image for one in seen}]
    return missing + [
        sentence for one in seen for sentence in problems(one, wanted.get(one.image, ""), logs_survive=logs_survive)
    ]


def _pods(namespace: str) -> Pods:
    from kubernetes import client, config  # noqa: PLC0415 - half a second

    config.load_incluster_config()
    api = client.CoreV1Api()
    return lambda run_id: len(
        api.list_namespaced_pod(namespace, label_selector=f"dag_id={DAG_ID},run_id={run_id}").items
    )


def is_on(name: str, default: str) -> bool:
    """Whether an option is on, as the chart's ConfigMap gives it to every pod.

    Example:
        >>> is_on("AIRFLOW__NONE__SUCH", "true")
        True
    """
    return os.environ.get(name, default).lower() in {"true", "1", "t"}


def main() -> None:
    """``python -m airflow_k8s.trial.run URL NAMESPACE CATALOGUE``; ends with 1 and sentences where it must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the API server is")
    parser.add_argument("namespace", help="where the pods of tasks are")
    parser.add_argument("catalogue", type=Path, help="what the platform offers, as JSON")
    parser.add_argument("--logs-survive", action="store_true", help="a log that went with its pod is a failure")
    options = parser.parse_args()
    images = json.loads(options.catalogue.read_text())["images"]
    wanted = {name: image["reference"] for name, image in images.items()}
    survive = options.logs_survive or is_on("AIRFLOW__LOGGING__REMOTE_LOGGING", "false")
    try:
        with visitor() as (name, password):
            airflow = Airflow(options.url, name, password)
            pods_go = is_on("AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS", "true")
            seen = trial(airflow, _pods(options.namespace), pods_go=pods_go)
    except UserError as error:
        sys.exit(str(error))
    _tell(seen, verdict(seen, wanted, logs_survive=survive), survive=survive)


def _tell(seen: list[Seen], wrong: list[str], *, survive: bool) -> None:
    for one in seen:
        kept = f"{len(one.log.splitlines())} lines of log were there after it" if survive else "its log went with it"
        print(f"{one.image}: {one.state} on {one.reference}; {kept}.")  # noqa: T201
    if wrong:
        sys.exit("\n".join(["Something is wrong:", *wrong]))
    print(f"A task ran on each of {len(seen)} images. The run is deleted.")  # noqa: T201


if __name__ == "__main__":
    main()
