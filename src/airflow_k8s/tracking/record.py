"""What is recorded of a try. Pure: no Airflow, no database, no clock."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple, get_type_hints

TABLE = "task_runs"

LINE = "task_run"
"""What the line of a record in a log begins with."""

MOST_WORDS = 2000
"""Characters of an error that are kept."""


class Column(NamedTuple):
    """A column of the table: its type in SQL, and a sentence for its reader."""

    sql: str
    sentence: str


@dataclass(frozen=True)
class TaskRun:
    """One try of a task; a row of the table. What is not known is None.

    Example:
        >>> TaskRun("0198…", dag_id="nightly", task_id="load", try_number=1).outcome is None
        True
    """

    id: Annotated[str, Column("uuid primary key", "Airflow's id of the task instance, new for each try.")]
    dag_id: Annotated[str | None, Column("text", "The DAG.")] = None
    run_id: Annotated[str | None, Column("text", "The DAG's run.")] = None
    task_id: Annotated[str | None, Column("text", "The task.")] = None
    map_index: Annotated[int | None, Column("integer", "Which of a mapped task's; -1: not mapped.")] = None
    try_number: Annotated[int | None, Column("integer", "Which try; the first is 1.")] = None
    logical_date: Annotated[datetime | None, Column("timestamptz", "The run's date; none for a run by hand.")] = None
    operator: Annotated[str | None, Column("text", "The operator's class.")] = None
    owner: Annotated[str | None, Column("text", "Who owns the task.")] = None
    team: Annotated[str | None, Column("text", "The pod's label `airflow-k8s/team`.")] = None
    image: Annotated[str | None, Column("text", "The image with its tag; none where the task had no pod.")] = None
    digest: Annotated[str | None, Column("text", "The image's digest.")] = None
    pod: Annotated[str | None, Column("text", "The pod; of several, as with a deferred task, the last.")] = None
    node: Annotated[str | None, Column("text", "The node that the pod was on.")] = None
    cpu_asked: Annotated[float | None, Column("double precision", "Cores that the pod asked for.")] = None
    memory_asked: Annotated[int | None, Column("bigint", "Bytes of memory that it asked for, its limit too.")] = None
    cpu_seconds: Annotated[float | None, Column("double precision", "Processor time that the pod used.")] = None
    memory_peak: Annotated[int | None, Column("bigint", "The most bytes that it held, files' cache too.")] = None
    queued_at: Annotated[datetime | None, Column("timestamptz", "When the scheduler queued it.")] = None
    started_at: Annotated[datetime | None, Column("timestamptz", "When it began; none where it never did.")] = None
    ended_at: Annotated[datetime | None, Column("timestamptz", "When it ended; none while it runs.")] = None
    outcome: Annotated[str | None, Column("text", "How it ended; none while it runs.")] = None
    reason: Annotated[str | None, Column("text", "Why it failed; none where it did not.")] = None
    error: Annotated[str | None, Column("text", "The last words about the failure.")] = None


COLUMNS: dict[str, Column] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(TaskRun, include_extras=True).items()
}

OUTCOMES = {
    "success": "It did its work.",
    "failed": "It failed, and no other try follows by itself.",
    "retried": "It failed, and another try follows.",
    "skipped": "It said so itself, or a branch or trigger rule did.",
    "upstream_failed": "It never ran, because a task before it failed.",
    "removed": "Its task left the DAG, or its run was deleted, before it ended.",
}

FAILURES = frozenset({"failed", "retried"})

REASONS = {
    "error": "The task's own code or operator failed; `error` has the exception.",
    "timeout": "It ran longer than its `execution_timeout`.",
    "oom_killed": "It or a process of its pod took more memory than it had asked for.",
    "evicted": "The pod was moved off its node: the node was drained or short of memory or disk.",
    "preempted": "The pod made room for one of a higher priority.",
    "node_lost": "The pod's node went away.",
    "deleted": "Somebody deleted the pod.",
    "image_pull": "The image could not be pulled.",
    "unschedulable": "No node had room for the pod.",
    "never_started": "It was queued and never ran, for a cause that nobody saw.",
    "killed": "It ended without a word: killed inside the pod, or stopped through Airflow.",
}


def values(run: TaskRun) -> dict[str, Any]:
    """A record as the columns of a row."""
    return asdict(run)


def line(run: TaskRun) -> str:
    """A record as a line of a log: a word to search for, and JSON of what is known.

    Example:
        >>> line(TaskRun("0198…", task_id="load", outcome="success"))
        'task_run {"id": "0198…", "task_id": "load", "outcome": "success"}'
    """
    known = {name: value for name, value in values(run).items() if value is not None}
    return f"{LINE} {json.dumps(known, default=str, ensure_ascii=False)}"


def split(reference: str) -> tuple[str, str | None]:
    """An image reference as image with tag, and digest.

    Example:
        >>> split("localhost:5001/base:3.3@sha256:ab")
        ('localhost:5001/base:3.3', 'sha256:ab')
        >>> split("postgres:17")
        ('postgres:17', None)
    """
    image, _, digest = reference.partition("@")
    return image, digest or None


def pod_facts(variables: Mapping[str, str]) -> dict[str, Any]:
    """What a pod knows of itself, from the variables that its template gives it.

    Args:
        variables: the environment of the task's process.

    Example:
        >>> pod_facts({"AIRFLOW_K8S_CPU": "250", "AIRFLOW_K8S_MEMORY": "1073741824"})["cpu_asked"]
        0.25
    """
    image, digest = split(variables.get("AIRFLOW_K8S_IMAGE", ""))
    cpu, memory = variables.get("AIRFLOW_K8S_CPU"), variables.get("AIRFLOW_K8S_MEMORY")
    return {
        "image": image or None,
        "digest": digest,
        "pod": variables.get("AIRFLOW_K8S_POD") or None,
        "node": variables.get("AIRFLOW_K8S_NODE") or None,
        "team": variables.get("AIRFLOW_K8S_TEAM") or None,
        "cpu_asked": int(cpu) / 1000 if cpu else None,
        "memory_asked": int(memory) if memory else None,
    }


def shortened(words: str) -> str:
    """As much of an error as is kept: its end, where the cause stands.

    Example:
        >>> shortened("disk is full")
        'disk is full'
    """
    return words if len(words) <= MOST_WORDS else "…" + words[-MOST_WORDS + 1 :]
