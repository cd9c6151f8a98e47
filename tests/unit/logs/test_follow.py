"""The follower against an API server that lists, watches and breaks off when a test wants it to."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from airflow_k8s.logs import follow
from airflow_k8s.logs.cluster import Cluster
from tests.unit.conftest import Serve

LOG = "dag_id=a/attempt=1.log"


def pod(uid: str, state: str = "running", log: str = LOG) -> dict[str, Any]:
    workload = json.dumps({"log_path": log, "token": "t"})
    container = {"name": "base", "args": ["python", "-m", "x", "--json-string", workload]}
    return {
        "metadata": {"namespace": "airflow", "name": f"pod-{uid}", "uid": uid},
        "spec": {"containers": [{"name": "side"}, container]},
        "status": {"containerStatuses": [{"name": "base", "state": {state: {}}}]},
    }


class ApiServer:
    """Lists no pod, then watches changes; each pod's log is a list of answers, the last one for good."""

    def __init__(self) -> None:
        self.listed: list[Any] = []
        self.changes: list[tuple[str, Any]] = []
        self.logs: dict[str, list[Callable[[web.StreamResponse], Awaitable[None]]]] = {}
        self.lists = self.forbidden = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/v1/namespaces/airflow/pods", self._pods)
        app.router.add_get("/api/v1/namespaces/airflow/pods/{pod}/log", self._log)
        return app

    async def _pods(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == "Bearer let me in"
        if "watch" not in request.query:
            self.lists += 1
            if self.lists <= self.forbidden:
                raise web.HTTPForbidden
            return web.json_response({"metadata": {"resourceVersion": "7"}, "items": self.listed})
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            while self.changes:
                kind, changed = self.changes.pop(0)
                await answer.write(json.dumps({"type": kind, "object": changed}).encode() + b"\n")
                if kind == "ERROR":
                    return answer
            await asyncio.sleep(0.01)

    async def _log(self, request: web.Request) -> web.StreamResponse:
        assert request.query == {"container": "base", "follow": "true"}
        answers = self.logs.get(request.match_info["pod"])
        if not answers:
            raise web.HTTPNotFound
        answer = web.StreamResponse()
        await answer.prepare(request)
        await (answers.pop(0) if len(answers) > 1 else answers[0])(answer)
        return answer


def says(*words: str, breaks: bool = False) -> Callable[[web.StreamResponse], Awaitable[None]]:
    async def say(answer: web.StreamResponse) -> None:
        for word in words:
            await answer.write(f"{word}\n".encode())
            await asyncio.sleep(0.01)
        if breaks:
            raise ConnectionResetError

    return say


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    monkeypatch.setattr(follow, "SECONDS", 0.05)
    monkeypatch.setattr(follow, "END", 0.2)
    return ApiServer()


@pytest.fixture
def until(api: ApiServer, serve: Serve, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Follow until the folder holds what is wanted; returns what it holds, by file."""
    (tmp_path / "token").write_text("let me in")
    url, root = serve(api.application()), tmp_path / "logs"

    def held() -> dict[str, str]:
        return {file.relative_to(root).as_posix(): file.read_text() for file in root.rglob("*") if file.is_file()}

    async def follow_until(wanted: dict[str, str], further: float) -> dict[str, str]:
        async with Cluster(url, tmp_path) as cluster:
            running = asyncio.create_task(follow.Follower(cluster, root).run("airflow", "a=b"))
            for _ in range(500):
                if held() == wanted:
                    break
                await asyncio.sleep(0.01)
            await asyncio.sleep(further)
            running.cancel()
        return held()

    return lambda wanted, further=0.0: asyncio.run(follow_until(wanted, further))


def test_a_pod_is_followed_from_its_start_to_its_end(api: ApiServer, until: Callable[..., Any]) -> None:
    api.logs["pod-1"] = [says("one", "two")]
    api.changes = [("ADDED", pod("1", "waiting")), ("MODIFIED", pod("1")), ("MODIFIED", pod("1", "terminated"))]
    wanted = {f"{LOG}.1": "one\ntwo\n"}
    assert until(wanted, further=0.5) == wanted


def test_pods_of_one_log_have_a_file_each(api: ApiServer, until: Callable[..., Any]) -> None:
    api.logs = {"pod-1": [says("before")], "pod-2": [says("after")]}
    api.listed = [pod("1", "terminated")]
    api.changes = [("ADDED", pod("2", "terminated"))]
    wanted = {f"{LOG}.1": "before\n", f"{LOG}.2": "after\n"}
    assert until(wanted) == wanted


def test_a_log_that_breaks_off_is_read_on(api: ApiServer, until: Callable[..., Any]) -> None:
    api.logs["pod-1"] = [says("one", breaks=True), says("one", "two", breaks=True), says("one", "two", "three")]
    api.changes = [("ADDED", pod("1"))]
    wanted = {f"{LOG}.1": "one\ntwo\nthree\n"}
    assert until(wanted) == wanted


def test_a_log_that_ends_while_its_container_runs_is_read_on(api: ApiServer, until: Callable[..., Any]) -> None:
    api.logs["pod-1"] = [says("one"), says("one", "two")]
    api.changes = [("ADDED", pod("1"))]
    wanted = {f"{LOG}.1": "one\ntwo\n"}
    assert until(wanted) == wanted


def test_what_was_printed_while_nobody_looked_is_read_at_the_next_start(
    api: ApiServer, until: Callable[..., Any]
) -> None:
    api.listed, api.logs["pod-1"] = [pod("1")], [says("one")]
    until({f"{LOG}.1": "one\n"})
    api.listed, api.logs["pod-1"] = [pod("1", "terminated")], [says("one", "two")]
    wanted = {f"{LOG}.1": "one\ntwo\n"}
    assert until(wanted) == wanted


def test_a_pod_that_is_deleted_while_it_is_read_keeps_its_last_lines(api: ApiServer, until: Callable[..., Any]) -> None:
    api.logs["pod-1"] = [says(*("line",) * 30)]
    api.changes = [("ADDED", pod("1")), ("DELETED", pod("1"))]
    wanted = {f"{LOG}.1": "line\n" * 30}
    assert until(wanted) == wanted


def test_pods_without_a_log_and_logs_elsewhere_are_left_alone(api: ApiServer, until: Callable[..., Any]) -> None:
    strange = pod("1")
    strange["spec"]["containers"][1]["args"] = ["bash", "-c", "true"]
    api.logs = {f"pod-{number}": [says("x")] for number in range(1, 4)}
    api.changes = [("ADDED", strange), ("ADDED", pod("2", log="../../out")), ("ADDED", pod("3", "terminated"))]
    wanted = {f"{LOG}.3": "x\n"}
    assert until(wanted, further=0.2) == wanted


def test_what_goes_wrong_is_said_without_the_token(
    api: ApiServer, until: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    async def refuse(answer: web.StreamResponse) -> None:
        raise ConnectionResetError

    api.forbidden = 1
    api.logs["pod-1"] = [refuse, says("one")]
    api.listed = [pod("1", "terminated")]
    wanted = {f"{LOG}.1": "one\n"}
    assert until(wanted) == wanted
    said = capsys.readouterr().out
    assert "The pods of airflow are listed anew: ClientResponseError 403" in said
    assert "The log of pod-1 is read again: ClientPayloadError" in said
    assert "let me in" not in said


def test_pods_are_listed_anew_when_the_watch_ends(api: ApiServer, until: Callable[..., Any]) -> None:
    api.logs["pod-1"] = [says("one")]
    api.listed = [pod("1", "waiting")]
    api.changes = [("ERROR", {"code": 410}), ("MODIFIED", pod("1", "terminated"))]
    wanted = {f"{LOG}.1": "one\n"}
    assert until(wanted) == wanted
    assert api.lists == 2
