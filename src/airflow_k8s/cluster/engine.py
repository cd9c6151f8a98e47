"""The Docker engine: find it, or install and start it where that is possible."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import docker
from docker.context import ContextAPI
from docker.errors import DockerException, NotFound
from docker.models.containers import Container

from airflow_k8s import process
from airflow_k8s.cluster import packages
from airflow_k8s.errors import UserError
from airflow_k8s.paths import CLUSTER, LOGS
from airflow_k8s.progress import step

PACKAGES = ("docker.io", "docker-cli", "iptables", "python3")
DAEMON_CONFIG = Path("/etc/docker/daemon.json")
WRAPPER = CLUSTER / "engine" / "runc-bounded"
INSTALLED_WRAPPER = Path("/usr/local/libexec/airflow-k8s/runc-bounded")
"""A copy outside the checkout, because the engine outlives it."""

RUNTIME = "bounded"
DROPS_CAPABILITIES_ITSELF = 23
"""The first Docker release that asks only for capabilities the host can grant."""

SECONDS_TO_START = 90
PID_FILES = {
    Path("/var/run/docker.pid"): "dockerd",
    Path("/var/run/docker/containerd/containerd.pid"): "containerd",
}


class Action(Enum):
    """What to do so that an engine answers."""

    NOTHING = "it answers"
    INSTALL = "install it with apt-get, then start it"
    START_SERVICE = "let systemd start it"
    START_DETACHED = "start dockerd ourselves"


@dataclass(frozen=True)
class Host:
    """What decides about the engine on this machine."""

    answers: bool = False
    denied: bool = False
    """There is a socket, and this user may not open it."""
    elsewhere: bool = False
    """DOCKER_HOST or the docker context names an engine that is not this machine's own."""
    root: bool = False
    debian: bool = False
    systemd: bool = False
    dockerd: str | None = None
    """Version of the installed dockerd."""
    lacks_capabilities: bool = False


def decide(host: Host) -> Action:
    """What to do on a host so that an engine answers.

    Raises:
        UserError: nothing that we may do.

    Example:
        >>> decide(Host(answers=True)).value
        'it answers'
        >>> decide(Host(root=True, debian=True)).value
        'install it with apt-get, then start it'
    """
    if host.answers:
        return Action.NOTHING
    if host.elsewhere:
        raise UserError(
            "No Docker engine answers.",
            "DOCKER_HOST or `docker context` names one elsewhere.",
            "Start that engine, or unset DOCKER_HOST and run `docker context use default`.",
        )
    if host.denied:
        raise UserError(
            "This user may not use the Docker engine.",
            "Its socket belongs to others.",
            "Run `sudo usermod -aG docker $USER`, log in again, and run the same command.",
        )
    if not host.root:
        raise UserError(
            "No Docker engine answers.",
            "Only root can install and start one.",
            "Start Docker (https://docs.docker.com/engine/install), or run the same command as root on Debian.",
        )
    if host.dockerd is None and not host.debian:
        raise UserError(
            "No Docker engine answers.",
            "This system is neither Debian nor Ubuntu, so it cannot be installed from here.",
            "Install and start Docker (https://docs.docker.com/engine/install), then run the same command.",
        )
    if host.dockerd is None:
        return Action.INSTALL
    return Action.START_SERVICE if host.systemd else Action.START_DETACHED


def needs_wrapper(host: Host) -> bool:
    """Whether privileged containers fail on this host unless capabilities are dropped for the engine.

    An engine that is yet to be installed counts as old: the wrapper does no harm to a new one.

    Example:
        >>> needs_wrapper(Host(lacks_capabilities=True, dockerd="20.10.24"))
        True
        >>> needs_wrapper(Host(lacks_capabilities=True, dockerd="28.2.2"))
        False
    """
    major = int((host.dockerd or "0").split(".")[0])
    return host.lacks_capabilities and major < DROPS_CAPABILITIES_ITSELF


def with_wrapper(config: Mapping[str, Any]) -> dict[str, Any]:
    """An engine's configuration (daemon.json) that runs containers through the wrapper.

    Raises:
        UserError: somebody chose another default runtime, which is not ours to change.

    Example:
        >>> with_wrapper({"debug": True})["default-runtime"]
        'bounded'
    """
    chosen = config.get("default-runtime", RUNTIME)
    if chosen not in (RUNTIME, "runc"):
        raise UserError(
            f"{DAEMON_CONFIG} asks for the runtime {chosen!r}.",
            "On this host privileged containers need a runtime that drops capabilities which cannot be granted.",
            f"Remove `default-runtime` from {DAEMON_CONFIG}, or install Docker {DROPS_CAPABILITIES_ITSELF} or newer.",
        )
    runtimes = {**config.get("runtimes", {}), RUNTIME: {"path": str(INSTALLED_WRAPPER)}}
    return {**config, "runtimes": runtimes, "default-runtime": RUNTIME}


def client() -> docker.DockerClient:
    """A client of the engine that the `docker` command of this user would talk to."""
    if os.environ.get("DOCKER_HOST"):
        return docker.from_env()
    context = ContextAPI.get_current_context()
    return docker.DockerClient(base_url=context.Host) if context and context.Host else docker.from_env()


def container(name: str) -> Container | None:
    """The container of that name, or None where the engine has none."""
    try:
        return client().containers.get(name)
    except NotFound:
        return None


def ensure() -> None:
    """See to it that a Docker engine answers; install and start it where root on Debian or Ubuntu asks.

    Raises:
        UserError: no engine answers, with what to do about it.
    """
    host = look()
    action = decide(host)
    if action is Action.NOTHING:
        return
    if needs_wrapper(host):  # before the first start: dockerd 20.10 does not survive a change of its runtimes
        _install_wrapper()
    if action is Action.INSTALL:
        with step("install the Docker engine"):
            packages.install(*PACKAGES)
        action = Action.START_SERVICE if host.systemd else Action.START_DETACHED
    with step("start the Docker engine"):
        _start(action)


def look() -> Host:
    """What there is on this machine."""
    problem = _problem()
    return Host(
        answers=problem is None,
        denied="Permission denied" in str(problem),
        elsewhere=not _is_local(),
        root=packages.is_root(),
        debian=packages.is_debian_like(packages.this_system()),
        systemd=Path("/run/systemd/system").is_dir(),
        dockerd=_dockerd_version(),
        lacks_capabilities=_lacks_capabilities(),
    )


def _problem() -> Exception | None:
    try:
        client().ping()
    except (DockerException, OSError) as problem:
        return problem
    return None


def _is_local() -> bool:
    host = os.environ.get("DOCKER_HOST")
    if not host:
        context = ContextAPI.get_current_context()
        host = context.Host if context else None
    return not host or host.endswith("/var/run/docker.sock")


def _dockerd() -> str | None:
    return shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin")


def _dockerd_version() -> str | None:
    dockerd = _dockerd()
    # "Docker version 20.10.24+dfsg1, build 5d6db84"
    return process.run([dockerd, "--version"]).split()[2].rstrip(",") if dockerd else None


def _lacks_capabilities() -> bool:
    """Whether the bounding set of this process lacks a capability that the kernel knows."""
    try:
        status = Path("/proc/self/status").read_text()
        last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    except OSError:
        return False
    bounding = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd:"))
    return bounding != (1 << (last + 1)) - 1


def _install_wrapper() -> None:
    INSTALLED_WRAPPER.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(WRAPPER, INSTALLED_WRAPPER)
    DAEMON_CONFIG.parent.mkdir(parents=True, exist_ok=True)
    config = with_wrapper(_daemon_config())
    unfinished = DAEMON_CONFIG.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(config, indent=2) + "\n")
    unfinished.rename(DAEMON_CONFIG)


def _daemon_config() -> dict[str, Any]:
    if not DAEMON_CONFIG.exists():
        return {}
    try:
        config = json.loads(DAEMON_CONFIG.read_text() or "{}")
    except ValueError as error:
        raise UserError(
            f"{DAEMON_CONFIG} cannot be read.", f"It is not JSON: {error}.", "Mend it, then run the same command."
        ) from error
    return dict(config)


def _start(action: Action) -> None:
    if action is Action.START_SERVICE:
        process.run(["systemctl", "enable", "--now", "docker"])
        _wait_until_it_answers(None)
    else:
        _wait_until_it_answers(_start_detached())


def forget_dead(pid_files: Mapping[Path, str]) -> None:
    """Remove the pid files of programs that run no more: dockerd does not start while its old number is in use.

    Happens where /run outlives a reboot, and the number was given to another program since.

    Args:
        pid_files: pid file to the name of the program that wrote it.
    """
    for file, program in pid_files.items():
        with contextlib.suppress(OSError):
            process_name = Path("/proc") / file.read_text().strip() / "comm"
            if not process_name.exists() or process_name.read_text().strip() != program:
                file.unlink()


def _start_detached() -> "subprocess.Popen[bytes]":
    """Start dockerd in a session of its own, so that it outlives this command and a Ctrl-C in it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    forget_dead(PID_FILES)
    with (LOGS / "dockerd.log").open("ab") as log:
        return subprocess.Popen(
            [_dockerd() or "dockerd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_it_answers(daemon: "subprocess.Popen[bytes] | None") -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and (daemon is None or daemon.poll() is None):
        if _problem() is None:
            return
        time.sleep(0.5)
    raise UserError("The Docker engine does not start.", *_why_not(daemon))


def _why_not(daemon: "subprocess.Popen[bytes] | None") -> tuple[str, str]:
    if daemon is None:
        return (f"systemd started it and it was silent for {SECONDS_TO_START} s.", "Look at `journalctl -u docker`.")
    log = LOGS / "dockerd.log"
    last = ""
    with contextlib.suppress(OSError, IndexError):
        last = log.read_text(errors="replace").strip().splitlines()[-1]
    return (f"dockerd said last: {last or 'nothing'}.", f"Read {log}, mend the cause, and run the same command.")
