"""What a container has used, read from both kinds of cgroups, and what it leaves as its last words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_k8s.tracking import last_words, usage
from airflow_k8s.tracking.usage import Usage

VERSION_1 = {
    "memory/memory.max_usage_in_bytes": "209715200\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    "cpuacct/cpuacct.usage": "38384185000\n",
}
VERSION_2 = {
    "memory.peak": "209715200\n",
    "memory.events": "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\noom_group_kill 0\n",
    "cpu.stat": "usage_usec 38384185\nuser_usec 30000000\nsystem_usec 8384185\n",
}
OLDER_2 = {name: text for name, text in VERSION_2.items() if name != "memory.peak"}


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "used"),
    [
        (VERSION_1, Usage(209715200, 38.384185, 1)),
        (VERSION_2, Usage(209715200, 38.384185, 1)),
        (OLDER_2, Usage(None, 38.384185, 1)),
        ({}, Usage()),
    ],
    ids=["version 1", "version 2", "version 2 before Linux 5.19", "none"],
)
def test_both_versions_of_cgroups_tell_the_same(tmp_path: Path, files: dict[str, str], used: Usage) -> None:
    assert usage.read(tree(tmp_path, files)) == used


def test_this_machines_own_cgroup_can_be_read() -> None:
    used = usage.read()
    assert used.cpu_seconds is not None and used.cpu_seconds > 0
    assert used.oom_kills is not None


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process leaves its last words, as Kubernetes makes it for a container."""
    file = tmp_path / "termination-log"
    file.touch()
    monkeypatch.setattr(last_words, "FILE", file)
    monkeypatch.setattr(usage, "ROOT", tree(tmp_path / "cgroup", VERSION_2))
    return file


def test_last_words_hold_what_was_used_and_why_it_failed(words: Path) -> None:
    last_words.say("error", "ValueError: no")
    assert json.loads(words.read_text()) == {
        "reason": "error", "error": "ValueError: no",
        "memory_peak": 209715200, "cpu_seconds": 38.384185, "oom_kills": 1,
    }  # fmt: skip


def test_the_supervisor_adds_to_what_its_task_said(words: Path) -> None:
    last_words.say("error", "a long story")
    last_words.say()
    assert json.loads(words.read_text())["error"] == "a long story"


def test_last_words_fit_into_what_kubernetes_keeps(words: Path) -> None:
    last_words.say("error", "ä" * 100_000)
    assert len(words.read_bytes()) <= 4096


def test_outside_a_pod_nothing_is_written(words: Path) -> None:
    words.unlink()
    last_words.say()
    assert not words.exists()


def test_the_supervisor_speaks_at_its_end_and_a_forked_child_does_not(words: Path) -> None:
    code = f"""
import os
from pathlib import Path
from airflow_k8s.tracking import last_words
last_words.FILE = Path({str(words)!r})
last_words.at_exit()
if child := os.fork():
    os.waitpid(child, 0)
    assert not last_words.FILE.read_text()
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "AIRFLOW_HOME": str(words.parent)})
    assert "cpu_seconds" in json.loads(words.read_text())
