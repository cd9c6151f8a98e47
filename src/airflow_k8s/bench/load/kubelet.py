"""A node that is only simulated: its pods start, run and end as a kubelet would tell it, and no process runs.

The approach is kwok's (https://kwok.sigs.k8s.io). What kwok does not do: each task reports over the Execution API, with
the token in its pod's arguments, as the real one does, so that scheduler, API server and database see their whole load.
"""

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from kubernetes import config

from airflow_k8s.cluster import kind
from airflow_k8s.paths import KUBECONFIG
from airflow_k8s.platform.apart import RECORDED

NAME = "simulated"
KEY = "airflow-k8s/simulated"
"""The node's label, and its taint: dag.py asks for both by the node pool `simulated`."""

STARTS, IMPORTS, RUNS, ENDS = 0.75, 0.95, 0.35, 1.5
"""Seconds until the container runs, Airflow asks to run, the task ends, and its pod (docs/performance.md)."""

TRACKING = RECORDED["tracking"]["connection"]
"""The connection that each task asks for, to record itself."""

AT_A_TIME = 8
"""Tasks that start at a time: what eight cores would let, for nodes are no more than their cores."""

LEASE = 10
LONGEST_LINE = 2**21
API_VERSION = "2026-06-30"
"""Of the Execution API, as the SDK of Airflow 3.3 asks for it."""

Pod = dict[str, Any]


def node(now: str) -> dict[str, Any]:
    """The node as it registers: room for whatever comes, and a taint that nothing else puts up with."""
    room = {"cpu": "20k", "memory": "64Ti", "pods": "20k", "ephemeral-storage": "64Ti"}
    said = {"status": "True", "reason": "KubeletReady", "lastHeartbeatTime": now, "lastTransitionTime": now}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NAME, "labels": {KEY: "true", "kubernetes.io/hostname": NAME}},
        "spec": {"taints": [{"key": KEY, "value": "true", "effect": "NoSchedule"}]},
        "status": {"capacity": room, "allocatable": room, "conditions": [{"type": "Ready", **said}]},
    }


def waiting() -> dict[str, Any]:
    """The status of a pod whose container is being made."""
    return _status("Pending", "False", {"waiting": {"reason": "ContainerCreating"}})


def running(now: str) -> dict[str, Any]:
    """The status of a pod whose container runs."""
    return _status("Running", "True", {"running": {"startedAt": now}})


def succeeded(began: str, now: str) -> dict[str, Any]:
    """The status of a pod whose container ended well."""
    end = {"exitCode": 0, "reason": "Completed", "startedAt": began, "finishedAt": now}
    return _status("Succeeded", "False", {"terminated": end})


def _status(phase: str, ready: str, state: dict[str, Any]) -> dict[str, Any]:
    kinds = {"PodReadyToStartContainers": "True", "Initialized": "True", "Ready": ready, "ContainersReady": ready}
    container = {"name": "base", "image": NAME, "imageID": "", "restartCount": 0, "ready": ready == "True"}
    return {
        "phase": phase,
        "conditions": [{"type": kind, "status": status} for kind, status in kinds.items()],
        "containerStatuses": [{**container, "state": state}],
    }


@dataclass(frozen=True)
class Workload:
    """What a task's pod is told to run: the task's id, and the token that it reports with."""

    id: str
    token: str


def workload(pod: Pod) -> Workload:
    """What the executor wrote into a pod's arguments.

    Example:
        >>> said = json.dumps({"token": "t", "ti": {"id": "1"}})
        >>> workload({"spec": {"containers": [{"args": ["python", "-m", "module", "--json-string", said]}]}})
        Workload(id='1', token='t')
    """
    told = json.loads(pod["spec"]["containers"][0]["args"][-1])
    return Workload(told["ti"]["id"], told["token"])


class Kubelet:
    """Lets the pods of the simulated node live.

    Args:
        execution: the URL of the Execution API, as this machine reaches it.
    """

    def __init__(self, execution: str) -> None:
        self._execution = execution
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._cores = asyncio.Semaphore(AT_A_TIME)
        self.problems: list[str] = []
        """What went wrong, which spoils a measurement."""

    async def run(self) -> None:
        """Serve the node until this is cancelled."""
        client = config.new_client_from_config(str(KUBECONFIG)).configuration
        tls = ssl.create_default_context(cafile=client.ssl_ca_cert)
        tls.load_cert_chain(client.cert_file, client.key_file)
        patient = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=120)
        connections = aiohttp.TCPConnector(limit=100, ssl=tls)
        async with (
            aiohttp.ClientSession(client.host, connector=connections, timeout=patient) as self._cluster,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100), timeout=patient) as self._airflow,
        ):
            await self._call("POST", "/api/v1/nodes", node(_now()))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._stay_alive())
                group.create_task(self._watch())

    async def _stay_alive(self) -> None:
        path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        lease = {"metadata": {"name": NAME}, "spec": {"holderIdentity": NAME, "leaseDurationSeconds": 40}}
        await self._call("POST", path, lease)
        while True:
            renewed = {"spec": {"renewTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}}
            await self._call("PATCH", f"{path}/{NAME}", renewed)
            await asyncio.sleep(LEASE)

    async def _watch(self) -> None:
        options = {"fieldSelector": f"spec.nodeName={NAME}", "watch": "1"}
        while True:
            async with self._cluster.get("/api/v1/pods", params=options, read_bufsize=LONGEST_LINE) as answer:
                async for line in answer.content:
                    change = json.loads(line)
                    self._see(change["type"], change["object"])

    def _see(self, kind: str, pod: Pod) -> None:
        if kind == "ERROR" or pod["metadata"].get("labels", {}).get("kubernetes_executor") != "True":
            return
        key = pod["metadata"]["uid"]
        if kind == "DELETED":
            self._lives.pop(key, None)
        elif key not in self._lives:
            self._lives[key] = asyncio.create_task(self._noted(self._live(pod)))
        elif pod["metadata"].get("deletionTimestamp"):
            self._lives[f"{key} ends"] = asyncio.create_task(self._noted(self._forget(pod)))

    async def _noted(self, life: Any) -> None:
        try:
            await life
        except (aiohttp.ClientError, TimeoutError) as problem:
            self.problems.append(f"{type(problem).__name__} {problem}")

    async def _live(self, pod: Pod) -> None:
        await self._tell(pod, waiting())
        async with self._cores:
            began = await self._run(pod)
        await asyncio.sleep(ENDS)
        await self._tell(pod, succeeded(began, _now()))

    async def _run(self, pod: Pod) -> str:
        """From the container's start to the task's end; returns when it started."""
        await asyncio.sleep(STARTS)
        began = _now()
        for reason in ("Pulled", "Created", "Started"):
            await self._event(pod, reason)
        await self._tell(pod, running(began))
        await asyncio.sleep(IMPORTS)
        await self._work(workload(pod), pod["metadata"]["name"])
        return began

    async def _work(self, task: Workload, host: str) -> None:
        """What a task that does nothing says to Airflow."""
        me, own = {"hostname": host, "pid": 9}, f"task-instances/{task.id}"
        begin = {"state": "running", "unixname": "airflow", "start_date": _now(), **me}
        token = await self._say(task.token, "PATCH", f"{own}/run", begin)
        await self._say(token, "PUT", f"{own}/heartbeat", me)
        await self._say(token, "GET", f"connections/{TRACKING}")
        await self._say(token, "PUT", f"{own}/rtif", {"templates_dict": None, "op_args": [], "op_kwargs": {}})
        await asyncio.sleep(RUNS)
        await self._say(token, "PATCH", f"{own}/state", {"state": "success", "end_date": _now()})

    async def _say(self, token: str, method: str, path: str, body: dict[str, Any] | None = None) -> str:
        """Ask Airflow for something, and return the token to ask for the next thing with."""
        headers = {"Authorization": f"Bearer {token}", "Airflow-API-Version": API_VERSION}
        url = f"{self._execution}/{path}"
        async with self._airflow.request(method, url, json=body, headers=headers) as answer:
            if answer.status >= HTTPStatus.BAD_REQUEST:
                self.problems.append(f"{method} {path}: {answer.status} {await answer.text()}")
            return str(answer.headers.get("Refreshed-API-Token", token))

    async def _tell(self, pod: Pod, status: dict[str, Any]) -> None:
        """Read the pod and change its status, as a kubelet does."""
        path = _path(pod)
        await self._call("GET", path)
        await self._call("PATCH", f"{path}/status", {"status": status})

    async def _event(self, pod: Pod, reason: str) -> None:
        about = {"kind": "Pod", "namespace": pod["metadata"]["namespace"], "name": pod["metadata"]["name"]}
        event = {
            "metadata": {"generateName": f"{pod['metadata']['name']}."},
            "involvedObject": {"apiVersion": "v1", "uid": pod["metadata"]["uid"], **about},
            "reason": reason,
            "message": reason,
            "type": "Normal",
            "source": {"component": "kubelet", "host": NAME},
        }
        await self._call("POST", f"/api/v1/namespaces/{about['namespace']}/events", event)

    async def _forget(self, pod: Pod) -> None:
        await self._call("DELETE", _path(pod), {"gracePeriodSeconds": 0})

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        kind = "strategic-merge-patch+json" if method == "PATCH" else "json"
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": f"application/{kind}"}
        async with self._cluster.request(method, path, data=content, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= HTTPStatus.BAD_REQUEST and answer.status not in _HARMLESS:
                self.problems.append(f"{method} {path}: {answer.status} {text[:200]}")


_HARMLESS = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
"""A pod that the executor has deleted meanwhile; a node that is there from the last time."""


@contextmanager
def simulated(execution: str) -> Iterator[Kubelet]:
    """A simulated node for as long as the block runs.

    Args:
        execution: the URL of the Execution API, as this machine reaches it.
    """
    kubelet, loop = Kubelet(execution), asyncio.new_event_loop()
    task = loop.create_task(kubelet.run())
    thread = threading.Thread(target=_until_cancelled, args=(loop, task), daemon=True)
    thread.start()
    try:
        yield kubelet
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        kind.kubectl("delete", "node", NAME, "--ignore-not-found", "--wait=false")


def _until_cancelled(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        return


def _path(pod: Pod) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
