"""A log is written and read by Airflow's own classes, over HTTP, by those with the API secret alone."""

import inspect
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from airflow.configuration import conf
from airflow.utils.log.file_task_handler import (
    FileTaskHandler,
    _fetch_logs_from_service,
    _get_compatible_log_stream,
    _interleave_logs,
    _is_logs_stream_like,
)

from airflow_k8s.logs import folder, settings, tokens
from airflow_k8s.logs.handler import TaskHandler
from airflow_k8s.logs.remote import LogStore
from airflow_k8s.logs.server import application
from tests.unit.conftest import Serve

LOG = "dag_id=a/run_id=manual__2026-01-01T00:00:00+00:00 50%/task_id=tägliches/attempt=1.log"
SECRET = conf.get("api", "secret_key")


@pytest.fixture
def url(serve: Serve, tmp_path: Path) -> str:
    return serve(application(tmp_path, SECRET))


def events(streams: list[Any]) -> list[str]:
    return [line.event for line in _interleave_logs(*streams)]


def lines(*words: str) -> bytes:
    return "".join(
        f'{{"timestamp": "2026-01-01T00:00:{second:02}Z", "event": "{word}"}}\n' for second, word in enumerate(words)
    ).encode()


def test_airflow_reads_what_several_pods_wrote(url: str, tmp_path: Path) -> None:
    folder.append(tmp_path / f"{LOG}.1", lines("one", "two"))
    folder.append(tmp_path / f"{LOG}.2", b"no JSON: \xff\n")
    sources, streams = LogStore(url).stream(LOG, None)
    assert sources == [f"{url}/log/{LOG}"]
    assert _is_logs_stream_like(streams[0])
    assert events(streams) == ["one", "two", "no JSON: �"]


def test_airflows_own_reader_of_served_logs_is_let_in(url: str, tmp_path: Path) -> None:
    folder.append(tmp_path / "a/attempt=1.log", b"whole\n")
    assert _fetch_logs_from_service(f"{url}/log/a/attempt=1.log", "a/attempt=1.log").text == "whole\n"


def test_the_triggerers_part_of_a_log_is_read_with_the_rest(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "triggerer"
    folder.append(theirs / f"{LOG}.trigger.7.log", lines("the trigger"))
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(theirs))
    folder.append(tmp_path / f"{LOG}.1", lines("the task"))
    LogStore(url).upload(f"{LOG}.trigger.7.log")
    assert events(LogStore(url).stream(LOG, None)[1]) == ["the task", "the trigger"]


class Elsewhere:
    """What Airflow makes of ``remote_base_log_folder``, as old providers have it."""

    processors = ("one",)

    def __init__(self) -> None:
        self.uploaded: list[Any] = []

    def upload(self, path: Any, ti: Any = None) -> None:
        self.uploaded.append(path)

    def read(self, relative_path: str, ti: Any) -> tuple[list[str], list[str]]:
        return ["elsewhere"], ["first\nsecond"]


def test_what_the_store_has_no_more_is_read_where_airflow_was_told(url: str, tmp_path: Path) -> None:
    store = LogStore(url, Elsewhere())
    sources, streams = store.stream(LOG, None)
    assert (sources[-1], events(streams)) == ("elsewhere", ["first", "second"])
    assert store.processors == ("one",)
    folder.append(tmp_path / f"{LOG}.1", b"kept\n")
    assert events(store.stream(LOG, None)[1]) == ["kept"]


def test_the_triggerers_part_goes_beyond_the_store_as_well(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.append(tmp_path / "triggerer" / "a", b"x")
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path / "triggerer"))
    elsewhere = Elsewhere()
    LogStore(url, elsewhere).upload("a")
    with pytest.raises(requests.RequestException):
        LogStore("http://127.0.0.1:9", elsewhere).upload("a")
    assert elsewhere.uploaded == ["a", "a"]
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_log_that_is_not_there_is_a_sentence(url: str) -> None:
    assert LogStore(url).read(LOG, None) == (["The log store has no such log, or none any more."], [])


def test_a_store_that_is_away_is_a_sentence() -> None:
    sources, logs = LogStore("http://127.0.0.1:9").read(LOG, None)
    assert sources[0].startswith("The log store does not answer")
    assert logs == []


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(
    "token", [None, tokens.sign("b", SECRET), tokens.sign("a", "another" * 10)], ids=["none", "other log", "other key"]
)
def test_without_a_token_for_the_log_there_is_nothing(url: str, tmp_path: Path, method: str, token: str | None) -> None:
    folder.append(tmp_path / "a", b"kept")
    answer = requests.request(method, f"{url}/log/a", data="x", headers={"Authorization": token}, timeout=5)
    assert answer.status_code == 403
    assert (tmp_path / "a").read_bytes() == b"kept"


def test_a_token_does_not_lead_out_of_the_folder(serve: Serve, tmp_path: Path) -> None:
    folder.append(tmp_path / "secret", b"x")
    url = serve(application(tmp_path / "logs", SECRET))
    headers = {"Authorization": tokens.sign("../secret", SECRET)}
    assert requests.get(f"{url}/log/%2e%2e%2fsecret", headers=headers, timeout=5).status_code in (400, 403, 404)


def test_its_health_asks_for_no_token(url: str) -> None:
    assert requests.get(f"{url}/health", timeout=5).ok


def test_a_running_pod_is_asked_by_the_store_alone() -> None:
    airflows, ours = FileTaskHandler._get_executor_get_task_log, TaskHandler._get_executor_get_task_log
    assert inspect.signature(airflows).parameters.keys() == inspect.signature(ours).parameters.keys()
    ask = TaskHandler("/nowhere")._get_executor_get_task_log
    for named in (None, "KubernetesExecutor"):
        sources, streams = ask(SimpleNamespace(executor=named))(None, 1)
        assert sources
        assert events([_get_compatible_log_stream(streams)]) == []
    assert ask(SimpleNamespace(executor="LocalExecutor"))(None, 1) == ([], [])


ASKED = """
from airflow.logging_config import configure_logging, get_remote_task_log
from airflow.sdk.log import load_remote_log_handler
configure_logging()
for found in (get_remote_task_log(), load_remote_log_handler()):
    print(type(found).__name__, found._url)
"""


def test_airflow_finds_the_store_on_either_side(tmp_path: Path) -> None:
    # One is the API server's way, the other the triggerer's.
    told = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW_K8S_LOG_STORE": "http://store:8793",
        "AIRFLOW__LOGGING__LOGGING_CONFIG_CLASS": f"{settings.__name__}.LOGGING_CONFIG",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/none.db",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASKED], env={**os.environ, **told}, text=True, capture_output=True, check=True
    )
    assert done.stdout.splitlines()[-2:] == ["LogStore http://store:8793"] * 2
