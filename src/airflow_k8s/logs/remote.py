"""The log store as Airflow sees it: a ``RemoteLogIO``. The API server reads by it, the triggerer writes."""

import os
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from airflow.configuration import conf

from airflow_k8s.logs import tokens

PATIENCE = (5, 60)
"""Seconds to connect, and for each piece."""

Found = tuple[list[str], list[Iterator[str]]]
"""Where a log was looked for, in words, and its lines, from each place where there were any."""


class LogStore:
    """Reads from the store, and where that has nothing, from wherever Airflow's own options say that logs are.

    Args:
        url: where the store listens.
        beyond: what Airflow made of its options (``remote_base_log_folder``), if anything.
    """

    def __init__(self, url: str, beyond: Any = None) -> None:
        self._url, self._beyond = url, beyond
        self.processors: tuple[Any, ...] = beyond.processors if beyond else ()

    def stream(self, relative_path: str, ti: Any) -> Found:
        """A log's lines."""
        sources, lines = self._stored(relative_path)
        if lines or not self._beyond:
            return sources, lines
        read = getattr(self._beyond, "stream", None) or self._beyond.read
        further, logs = read(relative_path, ti)
        return sources + further, _as_streams(logs or [])

    def read(self, relative_path: str, ti: Any) -> tuple[list[str], list[str]]:
        """A log as text."""
        sources, streams = self.stream(relative_path, ti)
        return sources, ["\n".join(lines) for lines in streams]

    def upload(self, path: os.PathLike[str] | str, ti: Any = None) -> None:
        """Keep a file that this process wrote below Airflow's folder for logs, in the store and beyond it."""
        folder = Path(conf.get("logging", "base_log_folder"))
        file = folder / path
        try:
            with file.open("rb") as opened:
                self._send("PUT", file.relative_to(folder).as_posix(), data=opened).raise_for_status()
        finally:
            if self._beyond:
                self._beyond.upload(path, ti)

    def _stored(self, log: str) -> Found:
        try:
            answer = self._send("GET", log, stream=True)
        except requests.RequestException as problem:
            return [f"The log store does not answer: {problem}"], []
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return ["The log store has no such log, or none any more."], []
        if not answer.ok:
            return [f"The log store refused: {answer.text}"], []
        return [f"{self._url}/log/{log}"], [_lines(answer)]

    def _send(self, method: str, log: str, **options: Any) -> requests.Response:
        signed = tokens.sign(log, conf.get_mandatory_value("api", "secret_key"))
        url = f"{self._url}/log/{quote(log)}"
        return requests.request(method, url, headers={"Authorization": signed}, timeout=PATIENCE, **options)


def _lines(answer: requests.Response) -> Iterator[str]:
    # A generator, for Airflow tells streams by their type.
    for line in answer.iter_lines(chunk_size=2**18, delimiter=b"\n"):
        yield line.decode(errors="replace")


def _as_streams(logs: list[Any]) -> list[Iterator[str]]:
    """Older providers return texts, Elasticsearch's one for each line."""
    return [_split("\n".join(logs))] if logs and isinstance(logs[0], str) else logs


def _split(log: str) -> Iterator[str]:
    yield from log.split("\n")
