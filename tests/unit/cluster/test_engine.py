"""What is done on which machine so that a Docker engine answers."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_k8s.cluster import engine
from airflow_k8s.cluster.engine import Action, Host
from airflow_k8s.errors import UserError

CAPABILITIES = runpy.run_path(str(engine.WRAPPER))


@pytest.mark.parametrize(
    ("host", "action"),
    [
        (Host(answers=True), Action.NOTHING),
        (Host(answers=True, elsewhere=True), Action.NOTHING),
        (Host(root=True, debian=True), Action.INSTALL),
        (Host(root=True, debian=True, systemd=True), Action.INSTALL),
        (Host(root=True, debian=True, dockerd="20.10.24"), Action.START_DETACHED),
        (Host(root=True, debian=True, dockerd="20.10.24", systemd=True), Action.START_SERVICE),
        (Host(root=True, dockerd="28.2.2", systemd=True), Action.START_SERVICE),
    ],
    ids=str,
)
def test_a_machine_that_can_have_an_engine_gets_one(host: Host, action: Action) -> None:
    assert engine.decide(host) is action


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (Host(debian=True), "Only root can install"),
        (Host(dockerd="28.2.2", systemd=True), "Only root can install"),
        (Host(root=True), "neither Debian nor Ubuntu"),
        (Host(denied=True, dockerd="28.2.2"), "usermod -aG docker"),
        (Host(root=True, debian=True, elsewhere=True), "DOCKER_HOST"),
    ],
    ids=str,
)
def test_a_machine_that_cannot_is_told_what_to_do(host: Host, words: str) -> None:
    with pytest.raises(UserError, match=words):
        engine.decide(host)


@pytest.mark.parametrize(
    ("dockerd", "lacks", "needed"),
    [
        ("20.10.24+dfsg1", True, True),
        (None, True, True),
        ("23.0.0", True, False),
        ("28.2.2", True, False),
        ("20.10.24", False, False),
    ],
)
def test_only_an_old_engine_on_a_host_without_all_capabilities_needs_the_wrapper(
    dockerd: str | None, lacks: bool, needed: bool
) -> None:
    assert engine.needs_wrapper(Host(dockerd=dockerd, lacks_capabilities=lacks)) is needed


def test_the_wrapper_keeps_what_the_user_configured() -> None:
    config = engine.with_wrapper(
        {"data-root": "/big", "runtimes": {"nvidia": {"path": "n"}}, "default-runtime": "runc"}
    )
    assert config["data-root"] == "/big"
    assert set(config["runtimes"]) == {"nvidia", "bounded"}


def test_another_default_runtime_is_not_overwritten() -> None:
    with pytest.raises(UserError, match="nvidia"):
        engine.with_wrapper({"default-runtime": "nvidia"})


def test_a_broken_daemon_json_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "daemon.json"
    broken.write_text("{oops")
    monkeypatch.setattr(engine, "DAEMON_CONFIG", broken)
    monkeypatch.setattr(engine, "INSTALLED_WRAPPER", tmp_path / "bin" / "runc-bounded")
    with pytest.raises(UserError, match="not JSON"):
        engine._install_wrapper()
    assert broken.read_text() == "{oops"


def test_without_systemd_the_silence_of_an_engine_is_told_with_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOGS", tmp_path)
    monkeypatch.setattr(engine, "_problem", lambda: OSError("nobody there"))
    monkeypatch.setattr(engine, "_dockerd", lambda: "false")
    (tmp_path / "dockerd.log").write_text("first\niptables: no such table\n")
    with pytest.raises(UserError, match="iptables: no such table"):
        engine._start(Action.START_DETACHED)


def test_the_runtime_drops_what_the_host_cannot_grant() -> None:
    allowed = CAPABILITIES["grantable"]("Name:\tx\nCapBnd:\t0000000000000003\n")
    spec = {"process": {"capabilities": {"bounding": ["CAP_CHOWN", "CAP_SYS_RESOURCE"], "effective": ["CAP_BPF"]}}}
    assert CAPABILITIES["bounded"](spec, allowed)["process"]["capabilities"] == {
        "bounding": ["CAP_CHOWN"],
        "effective": [],
    }


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["--root", "/r", "create", "--bundle", "/b", "id"], "/b/config.json"),
        (["run", "--bundle=/b", "id"], "/b/config.json"),
        (["create", "id"], "config.json"),
        (["exec", "--process", "/p.json", "id"], "/p.json"),
        (["exec", "-d", "-p", "/p.json", "id"], "/p.json"),
        (["delete", "id"], "None"),
    ],
)
def test_the_runtime_finds_the_specification_of_each_command(arguments: list[str], file: str) -> None:
    assert str(CAPABILITIES["specification"](arguments)) == file


def test_the_runtime_hands_over_to_runc(tmp_path: Path) -> None:
    runc = tmp_path / "runc"
    runc.write_text('#!/bin/sh\necho runc "$@"\n')
    runc.chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps({"process": {"capabilities": {"bounding": ["CAP_NONSENSE"]}}}))
    command = [sys.executable, engine.WRAPPER, "create", "--bundle", tmp_path, "id"]
    told = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True).stdout
    assert told == f"runc create --bundle {tmp_path} id\n"
    assert json.loads((tmp_path / "config.json").read_text())["process"]["capabilities"]["bounding"] == []


def test_only_pid_files_of_programs_that_run_no_more_are_removed(tmp_path: Path) -> None:
    mine = Path("/proc/self/comm").read_text().strip()
    alive, reused, dead = (tmp_path / name for name in ("alive.pid", "reused.pid", "dead.pid"))
    for file, pid in {alive: os.getpid(), reused: os.getpid(), dead: 2**22 + 1}.items():
        file.write_text(f"{pid}\n")
    engine.forget_dead({alive: mine, reused: "dockerd", dead: "dockerd", tmp_path / "absent.pid": "dockerd"})
    assert [file.name for file in tmp_path.iterdir()] == ["alive.pid"]
