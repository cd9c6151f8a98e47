"""The cluster itself: made by kind, once, and brought back when it was stopped or left half made."""

import io
import tarfile
import time
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from docker.errors import DockerException, NotFound
from docker.models.containers import Container

from airflow_k8s import options, process
from airflow_k8s.cluster import disk, engine, node, ports, registry, tools
from airflow_k8s.errors import UserError
from airflow_k8s.paths import CLUSTER, DIST, KUBECONFIG
from airflow_k8s.progress import step

CONFIG = CLUSTER / "kind.yaml"
MANIFESTS = (CLUSTER / "namespace.yaml", CLUSTER / "dags.yaml")
NAME = "airflow-k8s"
NODE = f"{NAME}-control-plane"
COMPLETE = "/etc/airflow-k8s-complete"
"""A file on the node, written last: a node without it was left half made."""

SECONDS_TO_READY = 180


class State(Enum):
    """What there is of the cluster."""

    ABSENT = "absent"
    HALF_MADE = "half made"
    STOPPED = "stopped"
    RUNNING = "running"


def up(port: int) -> None:
    """See to it that the cluster runs, with its registry, its storage and the namespace; kubeconfig in dist/.

    Run again it changes nothing. A stopped cluster is started; one that was left half made is made anew.

    Args:
        port: the port of this machine on which Airflow will be published, on 127.0.0.1.

    Raises:
        UserError: no engine, a port is taken, the disk is too small, or kind fails.
    """
    engine.ensure()
    state = look()
    if state is State.RUNNING and published_port() != port:
        raise _other_port(port)
    if state in (State.RUNNING, State.STOPPED) and _comes_up(state):
        registry.ensure()
        _connect_registry()
    else:
        _make(port)


def down() -> None:
    """Remove the cluster and its registry; images in the engine and tools stay. No cluster: nothing to do."""
    engine.ensure()
    if look() is not State.ABSENT:
        with step("remove the cluster"):
            _remove()
    registry.remove()
    KUBECONFIG.unlink(missing_ok=True)


def look() -> State:
    """What there is of the cluster."""
    container = node_container()
    if container is None:
        return State.ABSENT
    if not _is_complete(container):
        return State.HALF_MADE
    return State.RUNNING if container.status == "running" else State.STOPPED


def node_container() -> Container | None:
    """The container that is the cluster's only node, or None."""
    return engine.container(NODE)


def published_port() -> int | None:
    """The port of this machine on which the cluster publishes Airflow, or None without a cluster."""
    container = node_container()
    if container is None:
        return None
    inside = f"{_load()['nodes'][0]['extraPortMappings'][0]['containerPort']}/tcp"
    bindings = container.attrs["HostConfig"]["PortBindings"].get(inside) or []
    return next((int(binding["HostPort"]) for binding in bindings), None)


def config(text: str, *, port: int) -> dict[str, Any]:
    """kind's configuration with the published port and absolute paths in it.

    Args:
        text: cluster/kind.yaml.
        port: the port of this machine.

    Example:
        >>> text = "nodes: [{image: n, extraPortMappings: [{containerPort: 30080, hostPort: 1}]}]"
        >>> config(text, port=9090)["nodes"][0]["extraPortMappings"][0]["hostPort"]
        9090
    """
    loaded: dict[str, Any] = yaml.safe_load(text)
    loaded["nodes"][0]["extraPortMappings"][0]["hostPort"] = port
    for mount in loaded["nodes"][0].get("extraMounts", []):
        mount["hostPath"] = str(CLUSTER / mount["hostPath"])
    return loaded


def kubectl(*words: str, stdin: str | None = None) -> str:
    """Run kubectl against this cluster and return what it prints.

    Raises:
        UserError: kubectl fails.
    """
    return process.run([tools.path("kubectl"), f"--kubeconfig={KUBECONFIG}", *words], stdin=stdin)


def _load() -> dict[str, Any]:
    return config(CONFIG.read_text(), port=0)


def _other_port(port: int) -> UserError:
    return UserError(
        f"The cluster cannot move to port {port}.",
        f"It was made with port {published_port()}, which a running node cannot change.",
        f"Use {options.PORT}={published_port()}, or run `make down` and then the same command.",
    )


def _comes_up(state: State) -> bool:
    """Whether a complete cluster answers; a stopped one is started first."""
    if state is State.STOPPED:
        with step("start the cluster again"):
            return _starts() and _answers_within(SECONDS_TO_READY)
    _write_kubeconfig()
    return _answers_within(SECONDS_TO_READY)


def _starts() -> bool:
    """Start a stopped node; one that cannot start, for want of a folder that it mounts say, is made anew."""
    container = node_container()
    assert container is not None  # noqa: S101  (it was there a moment ago)
    registry.ensure()
    try:
        container.start()
        _write_kubeconfig()
    except (DockerException, UserError):
        return False
    return True


def _answers_within(seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=10s")
        except UserError:
            time.sleep(1)
        else:
            return True
    return False


def _make(port: int) -> None:
    if node_container() is not None:
        with step("remove the half-made cluster"):
            _remove()
    ports.require(port, options.PORT, str(port + 1))
    registry.require_port()
    disk.require()
    image = node.image(_load()["nodes"][0]["image"])
    with step("make the cluster"):
        _create(port, image)
    registry.ensure()
    with step("finish the cluster"):
        _connect_registry()
        _write_kubeconfig()
        kubectl("apply", *(f"--filename={file}" for file in MANIFESTS))
        # names resolve, and claims get volumes
        kubectl("wait", "deployment", "--all", "--all-namespaces", "--for=condition=Available", "--timeout=180s")
        _put(COMPLETE, "")


def _create(port: int, image: str) -> None:
    DIST.mkdir(exist_ok=True)
    file = DIST / "kind.yaml"
    file.write_text(yaml.safe_dump(config(CONFIG.read_text(), port=port)))
    process.run(
        [
            tools.path("kind"),
            "create",
            "cluster",
            f"--name={NAME}",
            f"--config={file}",
            f"--image={image}",
            f"--kubeconfig={KUBECONFIG}",
            f"--wait={SECONDS_TO_READY}s",
        ],
        log="kind-create",
        remedy=f"Read {DIST / 'logs' / 'kind-create.log'}, mend the cause, and run the same command.",
    )


def _connect_registry() -> None:
    if registry.local_port(options.registry()) is not None:
        _put(f"/etc/containerd/certs.d/{options.registry()}/hosts.toml", registry.hosts_toml(registry.NAME))


def _write_kubeconfig() -> None:
    text = process.run([tools.path("kind"), "get", "kubeconfig", f"--name={NAME}"])
    if not KUBECONFIG.exists() or KUBECONFIG.read_text() != text:
        KUBECONFIG.parent.mkdir(parents=True, exist_ok=True)
        KUBECONFIG.touch(mode=0o600)
        KUBECONFIG.write_text(text)


def _remove() -> None:
    process.run([tools.path("kind"), "delete", "cluster", f"--name={NAME}", f"--kubeconfig={KUBECONFIG}"])


def _is_complete(container: Container) -> bool:
    try:
        container.get_archive(COMPLETE)
    except NotFound:
        return False
    return True


def _put(path: str, text: str) -> None:
    """Write a file on the node, with the folders above it."""
    container = node_container()
    assert container is not None  # noqa: S101  (kind has just made it)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in reversed(Path(path).relative_to("/").parents[:-1]):
            entry = tarfile.TarInfo(str(folder))
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.size = len(text.encode())
        tar.addfile(entry, io.BytesIO(text.encode()))
    container.put_archive("/", buffer.getvalue())
