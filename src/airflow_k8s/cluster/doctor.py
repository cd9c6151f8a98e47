"""Look at this machine before anything is built on it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal

import requests
from docker.errors import DockerException
from rich.table import Table

from airflow_k8s import options
from airflow_k8s.cluster import disk, engine, golang, kind, ports, registry, tools
from airflow_k8s.errors import UserError

Verdict = Literal["good", "can be mended", "bad"]
PUBLIC_REGISTRY = "https://registry-1.docker.io/v2/"
SECONDS = 3


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    subject: str
    verdict: Verdict
    says: str


def check(port: int) -> None:
    """Stop early where `up` could not end well; changes nothing.

    Args:
        port: the port of this machine on which Airflow will be published.

    Raises:
        UserError: no engine and no way to one, a port is taken, or a disk is too small.
    """
    if engine.decide(engine.look()) is not engine.Action.NOTHING:
        disk.require()
    elif kind.look() is kind.State.ABSENT:
        ports.require(port, options.PORT, str(port + 1))
        registry.require_port()
        disk.require()


def examine(port: int) -> list[Finding]:
    """Look at everything and report, without stopping at the first fault and without changing anything."""
    return [*_engine(), *_disk(), *_ports(port), *_tools(), _registry()]


def table(findings: list[Finding]) -> Table:
    """Findings as people read them."""
    shown = Table("check", "", "finding")
    marks = {"good": "[green]✓[/]", "can be mended": "[yellow]•[/]", "bad": "[red]✗[/]"}
    for finding in findings:
        shown.add_row(finding.subject, marks[finding.verdict], finding.says)
    return shown


def as_json(findings: list[Finding]) -> list[dict[str, str]]:
    """Findings as machines read them."""
    return [asdict(finding) for finding in findings]


def _engine() -> Iterator[Finding]:
    host = engine.look()
    try:
        action = engine.decide(host)
    except UserError as error:
        yield Finding("engine", "bad", str(error))
        return
    if action is not engine.Action.NOTHING:
        yield Finding("engine", "can be mended", f"None answers; `cluster up` will {action.value}.")
        return
    info = engine.client().info()
    yield Finding("engine", "good", f"Docker {info['ServerVersion']}, cgroup v{info.get('CgroupVersion', '1')}.")
    if engine.needs_wrapper(host) and info["DefaultRuntime"] != engine.RUNTIME:
        says = "This host lacks capabilities and Docker is older than 23: privileged containers, so kind, will fail."
        yield Finding("capabilities", "bad", f"{says} Install Docker 23 or newer.")
    state = kind.look()
    yield Finding("cluster", "good" if state is kind.State.RUNNING else "can be mended", f"{state.value.capitalize()}.")


def _disk() -> Iterator[Finding]:
    for place in disk.places():
        fits = not disk.shortfalls([place])
        needs, free = place.needs / disk.GIGABYTE, place.free / disk.GIGABYTE
        says = f"{free:.0f} GB free under {place.path}; up to {needs:.0f} GB will be taken."
        yield Finding(f"disk for {place.what}", "good" if fits else "bad", says)


def _ports(port: int) -> Iterator[Finding]:
    pairs = [(port, options.PORT, str(port + 1), "Airflow")]
    published = registry.local_port(options.registry())
    if published:
        pairs.append((published, options.REGISTRY, f"localhost:{published + 1}", "the registry"))
    for number, variable, example, whose in pairs:
        subject = f"port for {whose}"
        if _is_ours(number):
            yield Finding(subject, "good", f"{number} is published by the cluster.")
        else:
            yield _try(subject, f"{number} is free.", partial(ports.require, number, variable, example))


def _is_ours(port: int) -> bool:
    try:
        return port in (kind.published_port(), registry.published_port())
    except (DockerException, OSError):  # no engine: then nothing is ours
        return False


def _tools() -> Iterator[Finding]:
    go = golang.find()
    yield Finding("Go", "good" if go else "can be mended", str(go or "None; one will be installed in .tools."))
    for name in tools.PEOPLE_USE:
        found = tools.present(name)
        wanted = tools.version(name)
        says = f"{found} (at least {wanted})" if found else f"{wanted} will be built or fetched."
        yield Finding(name, "good" if found else "can be mended", says)


def _registry() -> Finding:
    try:
        requests.get(PUBLIC_REGISTRY, timeout=SECONDS)
    except requests.RequestException:
        return Finding("container registry", "can be mended", "None in reach: images are made from packages.")
    return Finding("container registry", "good", "Docker Hub answers: its images are used.")


def _try(subject: str, good: str, act: Callable[[], None]) -> Finding:
    try:
        act()
    except UserError as error:
        return Finding(subject, "bad", str(error))
    return Finding(subject, "good", good)
