"""Queue tasks as the scheduler does, and print the arguments that the KubernetesExecutor gives to their pods.

Runs in the platform's own image, so that the arguments are those of the provider that is in it.
Prints one line of JSON: {"<task id>": [{"id": …, "args": […]}, …], …}.
"""

import json
import sys
from collections import defaultdict
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.executors.base_executor import BaseExecutor
from airflow.executors.workloads import ExecuteTask
from airflow.providers.cncf.kubernetes.pod_generator import workload_to_command_args
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType


def main() -> None:
    """Make as many runs of the DAG as asked for, and tell of their tasks."""
    write_dags_down()
    queued = defaultdict(list)
    for _ in range(int(sys.argv[1])):
        for name, pod in queue_a_run():
            queued[name].append(pod)
    print(json.dumps(queued))


def write_dags_down() -> None:
    """Do what the DAG processor does: parse every file, and keep the result in the database."""
    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    for bundle in manager.get_all_dag_bundles():
        bundle.initialize()
        dags = BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
        sync_bag_to_db(dags, bundle.name, bundle_version=None)


def queue_a_run() -> list[tuple[str, dict[str, Any]]]:
    """Make a run, and queue each of its tasks: its name, its id, and its pod's arguments."""
    generator = BaseExecutor().jwt_generator
    with create_session() as session:
        run: Any = trigger_dag("contract", triggered_by=DagRunTriggeredByType.TEST, session=session)
        run.state = DagRunState.RUNNING
        tasks = run.get_task_instances(session=session)
        for task in tasks:
            task.state = TaskInstanceState.QUEUED
        session.flush()
        return [
            (
                task.task_id,
                {"id": str(task.id), "args": workload_to_command_args(ExecuteTask.make(task, generator=generator))},
            )
            for task in tasks
        ]


if __name__ == "__main__":
    main()
