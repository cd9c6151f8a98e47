"""Run a task as ``airflow.sdk.execution_time.execute_workload`` does, in whose place this is run, with the SDK alone.

Airflow's own imports all of the executors on the way, with the command line and the tables of the database, to say
which function runs the task. Whatever is no task, or not given as a string, is left to it.
"""

import gc
import json
import os
import runpy
import sys
from typing import Any

from airflow_k8s import start

QUEUES = "AIRFLOW__SDK__QUEUE_TO_COORDINATOR"
COORDINATORS = "AIRFLOW__SDK__COORDINATORS"
OURS = "airflow-k8s"


def main() -> None:
    """Run what the command line says."""
    workload = task(sys.argv)
    if workload is None:
        gc.enable()
        runpy.run_module(start.WORKER, run_name="__main__", alter_sys=True)
    else:
        _run(workload)


def task(argv: list[str]) -> dict[str, Any] | None:
    """The task that a command line says is to be run, or None for anything else.

    Example:
        >>> task(["execute_workload.py", "--json-string", '{"type": "ExecuteCallback"}']) is None
        True
    """
    if len(argv) != 3 or argv[1] != "--json-string":
        return None
    try:
        workload = json.loads(argv[2])
        return workload if workload["type"] == "ExecuteTask" else None
    except (ValueError, KeyError, TypeError):
        return None


def _run(workload: dict[str, Any]) -> None:
    import structlog  # noqa: PLC0415 - what another workload does not need
    from airflow.sdk.api.datamodels._generated import BundleInfo, TaskInstance  # noqa: PLC0415
    from airflow.sdk.configuration import conf  # noqa: PLC0415
    from airflow.sdk.execution_time import supervisor, task_runner  # noqa: F401, PLC0415 - the child needs the latter
    from airflow.sdk.log import configure_logging  # noqa: PLC0415
    from airflow.settings import dispose_orm  # noqa: PLC0415
    from setproctitle import setproctitle  # noqa: PLC0415

    dispose_orm(do_log=False)
    configure_logging(output=sys.stdout.buffer, json_output=True)
    ti = TaskInstance(**_known(TaskInstance, workload["ti"]))
    structlog.get_logger(logger_name=__name__).info("Executing workload", task=str(ti))
    setproctitle(f"airflow supervisor: {ti.id}")
    if "end" in start.levers():
        _end_promptly(ti.queue or "default", conf)
    start.imported()
    supervisor.supervise_task(
        ti=ti,
        bundle_info=BundleInfo(**workload["bundle_info"]),  # type: ignore[arg-type]  # what the SDK passes on as its own
        dag_rel_path=workload["dag_rel_path"],
        token=workload["token"],
        server=conf.get("core", "execution_api_server_url"),
        log_path=workload["log_path"],
        subprocess_logs_to_stdout=True,
        sentry_integration=workload.get("sentry_integration", ""),
    )


def _known(model: Any, said: dict[str, Any]) -> dict[str, Any]:
    """What the SDK's model has a field for; the executor says more."""
    return {name: value for name, value in said.items() if name in model.model_fields}


def _end_promptly(queue: str, conf: Any) -> None:
    """Have the task's process watched by our coordinator."""
    queues, known = (conf.getjson("sdk", name, fallback={}) for name in ("queue_to_coordinator", "coordinators"))
    queues, known = coordinators(queue, queues, known)
    os.environ.update({QUEUES: json.dumps(queues), COORDINATORS: json.dumps(known)})


def coordinators(queue: str, queues: dict[str, str], known: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Airflow's options about who runs the tasks of which queue, with ours for one; a site's own wins.

    Args:
        queue: the task's.
        queues: ``[sdk] queue_to_coordinator`` of the site.
        known: its ``[sdk] coordinators``.
    """
    return {queue: OURS, **queues}, {OURS: {"classpath": "airflow_k8s.start.coordinator.Prompt"}, **known}


if __name__ == "__main__":
    main()
