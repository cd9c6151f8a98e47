"""A task on every image: what `helm test` runs to see that the platform works. Run it by hand as you like."""

import json
import os
from pathlib import Path

from airflow.sdk import dag, get_parsing_context, task

from airflow_k8s.policy import CATALOGUE
from airflow_k8s.trial import DAG_ID, MARK


def images() -> list[str]:
    """All of the catalogue; in a task's pod, where there is none, the one that has the task's name."""
    if own := get_parsing_context().task_id:
        return [own]
    if file := os.environ.get(CATALOGUE):
        return [*json.loads(Path(file).read_text())["images"]]
    return []


@task
def where() -> str:
    """Say which image this is."""
    reference = os.environ["AIRFLOW_K8S_IMAGE"]
    print(MARK, reference)  # noqa: T201 - the log is what is looked at
    return reference


@dag(DAG_ID, schedule=None, is_paused_upon_creation=False, tags=["platform"], doc_md=__doc__)
def check() -> None:
    """One task an image, named after it."""
    for name in images():
        where.override(task_id=name, executor_config={"image": name})()


check()
