"""Running other programs: what comes back, and what a failure says."""

import os
import signal
import threading
from pathlib import Path

import pytest

from airflow_k8s import paths, process
from airflow_k8s.errors import UserError


def test_output_is_returned() -> None:
    assert process.run(["echo", "hello"]) == "hello\n"


def test_standard_input_and_variables_reach_the_program() -> None:
    assert process.run(["sh", "-c", "cat; printf $NAME"], stdin="dear ", env={"NAME": "reader"}) == "dear reader"


def test_a_missing_program_is_named() -> None:
    with pytest.raises(UserError, match="`no-such-program` cannot be run"):
        process.run(["no-such-program"])


def test_a_failure_tells_the_exit_code_and_the_last_lines() -> None:
    with pytest.raises(UserError) as failure:
        process.run(["sh", "-c", "seq 100; echo broken >&2; exit 7"])
    assert "exit code 7" in failure.value.what
    assert "broken" in failure.value.why


def test_a_failure_with_a_log_shows_its_last_lines_only(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(process, "LOGS", tmp_path)
    with pytest.raises(UserError) as failure:
        process.run(["sh", "-c", "seq 100; exit 1"], log="counting")
    assert (tmp_path / "counting.log").read_text().startswith("1\n2\n")
    assert "| 100" in failure.value.why
    assert "| 80" not in failure.value.why


def test_a_program_that_is_interrupted_may_clean_up(tmp_path: Path) -> None:
    script = f"trap 'touch {tmp_path}/cleaned; exit' TERM; touch {tmp_path}/begun; while true; do sleep 0.1; done"
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        process.run(["sh", "-c", script])
    assert {path.name for path in tmp_path.iterdir()} == {"begun", "cleaned"}


def test_a_long_command_is_shortened() -> None:
    with pytest.raises(UserError) as failure:
        process.run(["false", "word " * 100])
    assert len(failure.value.what) < 200


def test_the_checkout_is_found() -> None:
    assert (paths.ROOT / "pyproject.toml").exists()
