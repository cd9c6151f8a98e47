"""Beside the scheduler: close the records of tries that ended where no listener could say so.

What became of a try stands in Airflow's database, why it failed in its pod's status, which lasts no longer than the
pod. This follows both and fills in rows; run again, or twice at a time, it changes nothing.
"""

import argparse
import json
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]

from airflow_k8s.errors import UserError
from airflow_k8s.release import database
from airflow_k8s.tracking import connection, metadata, pods, record, table

SECONDS = 5.0
"""Between two looks at the database."""

LOOK_BACK = timedelta(days=1)
"""How old an end may be that is still noticed after a pause of this program."""

OVERLAP = timedelta(minutes=5)
"""How far back each look goes: clocks differ, and transactions take their time."""

PATIENCE = 3600.0
"""Seconds that a pod's facts wait for their row."""

ALIVE = Path("/tmp/alive")  # noqa: S108 - a folder of the pod's own
"""Touched after each look."""


class Pods:
    """What is known of a namespace's pods and not told to their rows yet. One thread sees, another tells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: dict[str, pods.Facts] = {}
        self._news: set[str] = set()
        self._over: dict[str, float] = {}

    def see(self, pod: pods.Pod, gone: bool = False) -> None:
        """Take a pod as Kubernetes shows it now. Once its container has ended, nothing more is learned from it."""
        name = pod["metadata"]["name"]
        with self._lock:
            facts = None if name in self._over else pods.facts(pod)
            if facts is not None and facts != self._facts.get(name):
                self._facts[name] = facts
                self._news.add(name)
            if gone or pods.is_over(pod):
                self._over.setdefault(name, time.monotonic())

    def keep(self, names: Iterable[str]) -> None:
        """Take every other pod for gone."""
        with self._lock:
            for name in self._facts.keys() - set(names):
                self._over.setdefault(name, time.monotonic())

    def untold(self) -> list[pods.Facts]:
        """The facts that a row may not have yet."""
        with self._lock:
            self._forget()
            return [self._facts[name] for name in self._facts if name in self._news or name in self._over]

    def told(self, facts: pods.Facts, closed: bool) -> None:
        """These facts are where they belong; once the row has its end and the pod is over, they are needed no more."""
        name = facts["pod"]
        with self._lock:
            if self._facts.get(name) is not facts:
                return  # there is news of it already
            self._news.discard(name)
            if closed and name in self._over:
                del self._facts[name]

    def _forget(self) -> None:
        old = time.monotonic() - PATIENCE
        for name in [name for name, moment in self._over.items() if moment < old]:
            del self._over[name]
            self._facts.pop(name, None)


def follow(seen: Pods, namespace: str, selector: str) -> None:
    """See every change of the task pods, for ever."""
    from kubernetes import client, config, watch  # noqa: PLC0415 - the rest of this module needs no cluster

    config.load_incluster_config()
    listing = client.CoreV1Api().list_namespaced_pod
    while True:
        try:
            listed = json.loads(listing(namespace, label_selector=selector, _preload_content=False).data)
            for pod in listed["items"]:
                seen.see(pod)
            seen.keep(pod["metadata"]["name"] for pod in listed["items"])
            options: dict[str, Any] = {"label_selector": selector, "timeout_seconds": 300, "_request_timeout": 330}
            version = listed["metadata"]["resourceVersion"]
            for event in watch.Watch().stream(listing, namespace, resource_version=version, **options):
                seen.see(event["raw_object"], gone=event["type"] == "DELETED")
        except Exception as problem:  # whatever the network does: look again
            _say(f"The pods of {namespace} are listed anew: {problem}")
            time.sleep(SECONDS)


def look(rows: table.Cursor, airflow: database.Cursor, since: datetime, *seen: Pods) -> list[record.TaskRun]:
    """Look once at Airflow's database and at the pods, and bring the rows up to date.

    Args:
        rows: on the database with the records.
        airflow: on Airflow's own.
        since: ends before this moment are looked for only where a row is open.
        seen: what is known of pods, by namespace.

    Returns:
        The tries whose rows were closed or changed.
    """
    ended = metadata.ended_among(airflow, table.still_open(rows)) + metadata.ended_since(airflow, since)
    news = table.unknown(rows, list({run.id: run for run in ended}.values()))
    for run in news:
        table.reconciled(rows, run)
    for pods_of_one in seen:
        for facts in pods_of_one.untold():
            pods_of_one.told(facts, closed=table.tell_of_pod(rows, facts))
    return news


class Looker:
    """Looks again and again, and says each new reason for not seeing anything once.

    Args:
        connection_id: the Airflow connection to the database with the records.
        seen: what is known of pods, by namespace.
    """

    def __init__(self, connection_id: str, *seen: Pods) -> None:
        self._id, self._seen = connection_id, seen
        self._where: table.Parameters | None = None
        self._since = datetime.now(UTC) - LOOK_BACK
        self._problem = ""

    def once(self) -> None:
        """Look once; what goes wrong is said and tried again the next time."""
        begun = datetime.now(UTC)
        try:
            self._look()
        except (UserError, psycopg2.Error) as problem:
            self._where = None  # it may have been changed in Airflow
            if str(problem) != self._problem:
                _say(f"The records of tasks wait: {problem}")
            self._problem = str(problem)
            return
        self._since, self._problem = begun - OVERLAP, ""

    def _look(self) -> None:
        if self._where is None:
            self._where = connection.resolve(self._id)
            with table.cursor(self._where) as rows:
                table.migrate(rows)
        with table.cursor(self._where) as rows, database.cursor() as airflow:
            for run in look(rows, airflow, self._since, *self._seen):
                _say(record.line(run))


def main() -> None:
    """What the Deployment runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connection", help="the Airflow connection to the database with the records")
    parser.add_argument("selector", help="labels of the task pods of this release")
    parser.add_argument("namespaces", nargs="+", help="where task pods run")
    options = parser.parse_args()
    seen = {namespace: Pods() for namespace in options.namespaces}
    for namespace, its in seen.items():
        threading.Thread(target=follow, args=(its, namespace, options.selector), daemon=True).start()
    looker = Looker(options.connection, *seen.values())
    while True:
        looker.once()
        ALIVE.touch()
        time.sleep(SECONDS)


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
