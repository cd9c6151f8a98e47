"""Watch task pods while they live: Airflow deletes them as soon as their task has ended."""

import threading
import time
from types import TracebackType
from typing import Any

from kubernetes import client, config, watch

from airflow_k8s.paths import KUBECONFIG
from airflow_k8s.platform.namespace import NAMESPACE

TASK_PODS = "app.kubernetes.io/component=task-pod"


class PodRecorder:
    """Records the newest state of every pod that is seen while the block runs.

    Args:
        selector: labels of the pods; without it all task pods.

    Example::

        with PodRecorder() as recorder:
            ...  # run a DAG
        recorder.of("my_dag", "my_run", "my_task").spec.containers[0].image
    """

    def __init__(self, selector: str = TASK_PODS) -> None:
        self.pods: dict[str, Any] = {}
        self.moments: dict[str, dict[str, float]] = {}
        """When each pod was first seen created, started and gone, as seconds since 1970."""
        self._selector = selector
        self._api = client.CoreV1Api(config.new_client_from_config(str(KUBECONFIG)))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._record, daemon=True)

    def __enter__(self) -> "PodRecorder":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()

    def _record(self) -> None:
        while not self._ended.is_set():
            events = watch.Watch().stream(
                self._api.list_namespaced_pod, NAMESPACE, label_selector=self._selector, timeout_seconds=30
            )
            for event in events:
                pod = event["object"]
                self.pods[pod.metadata.name] = pod
                self._note(event["type"], pod)

    def _note(self, event: str, pod: Any) -> None:
        seen, now = self.moments.setdefault(pod.metadata.name, {}), time.time()
        seen.setdefault("created", now)
        if any(status.state.running or status.state.terminated for status in pod.status.container_statuses or []):
            seen.setdefault("started", now)
        if event == "DELETED":
            seen.setdefault("gone", now)

    def named(self, name: str) -> Any:
        """The last state seen of a pod."""
        return self.pods[name]

    def of(self, dag_id: str, run_id: str, task_id: str) -> list[Any]:
        """The pods of one task of a run, in the order of their names; several for a mapped or retried one."""
        wanted = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id}
        found = [pod for pod in self.pods.values() if wanted.items() <= pod.metadata.annotations.items()]
        return sorted(found, key=lambda pod: pod.metadata.name)


def remaining() -> list[str]:
    """The names of the task pods that are there now."""
    api = client.CoreV1Api(config.new_client_from_config(str(KUBECONFIG)))
    return [pod.metadata.name for pod in api.list_namespaced_pod(NAMESPACE, label_selector=TASK_PODS).items]


def wait_for_none(seconds: float = 60) -> list[str]:
    """Wait until no task pod is left, at most so many seconds; returns those that are."""
    deadline = time.monotonic() + seconds
    while (left := remaining()) and time.monotonic() < deadline:
        time.sleep(1)
    return left
