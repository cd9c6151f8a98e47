"""Follow what task pods print into the folder of logs, up to the last line before they end, however they end."""

import asyncio
from collections.abc import Coroutine, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from airflow_k8s.logs import folder, pods
from airflow_k8s.logs.cluster import Cluster

SECONDS = 1.0
"""Until what failed is tried again."""

END = 10.0
"""Seconds that the end of a log waits for Kubernetes to say that the container ended; else the connection broke."""

LINGER = 300.0
"""Seconds after a pod's end in which its log may still arrive."""

Problems = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""Whatever the network and the disk do."""


class Follower:
    """Follows the task pods of namespaces.

    Args:
        cluster: where they run.
        root: the folder with all logs.
    """

    def __init__(self, cluster: Cluster, root: Path) -> None:
        self._cluster, self._root = cluster, root
        self._ended: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, namespace: str, selector: str) -> None:
        """Follow every pod with these labels, for ever."""
        while True:
            try:
                listed, version = await self._cluster.pods(namespace, selector)
                self._listed(namespace, listed)
                async for kind, pod in self._cluster.changes(namespace, selector, version):
                    self._see(pod, gone=kind == "DELETED")
            except Problems as problem:
                say(f"The pods of {namespace} are listed anew", problem)
                await asyncio.sleep(SECONDS)

    def _listed(self, namespace: str, listed: Iterable[pods.Pod]) -> None:
        for pod in listed:
            self._see(pod)
        here = {f"{namespace}/{pod['metadata']['uid']}" for pod in listed}
        for key in {key for key in self._ended if key.startswith(f"{namespace}/")} - here:
            self._ended.pop(key).set()

    def _see(self, pod: pods.Pod, gone: bool = False) -> None:
        key = f"{pod['metadata']['namespace']}/{pod['metadata']['uid']}"
        if key not in self._ended and not gone and pods.has_begun(pod) and (found := pods.task_pod(pod)):
            self._ended[key] = asyncio.Event()
            self._begin(self._follow(found, self._ended[key]))
        if key in self._ended and (gone or pods.has_ended(pod)):
            self._ended[key].set()
        if gone:
            self._ended.pop(key, None)

    def _begin(self, following: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(following)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, pod: pods.TaskPod, ended: asyncio.Event) -> None:
        """Copy a pod's log until the pod has ended, again where the connection broke."""
        copying = asyncio.create_task(self._copy_all(pod, ended))
        await ended.wait()
        await asyncio.wait([copying], timeout=LINGER)
        copying.cancel()

    async def _copy_all(self, pod: pods.TaskPod, ended: asyncio.Event) -> None:
        while True:
            try:
                await self._copy(pod)
                await asyncio.wait_for(ended.wait(), END)
                return
            except Problems as problem:
                if getattr(problem, "status", None) == HTTPStatus.NOT_FOUND:
                    return
                say(f"The log of {pod.name} is read again", problem)
                await asyncio.sleep(SECONDS)

    async def _copy(self, pod: pods.TaskPod) -> None:
        file = folder.place(self._root, pod.file)
        continued = folder.Continued(file)
        async for chunk in self._cluster.log(pod.namespace, pod.name, pods.CONTAINER):
            if news := continued.news(chunk):
                folder.append(file, news)


def say(words: str, problem: Exception) -> None:
    """Tell the log of this program; never an exception's ``repr``, in which aiohttp shows the account's token."""
    print(f"{words}: {type(problem).__name__} {problem}".rstrip(), flush=True)  # noqa: T201
