"""The registry beside the cluster: images are pushed to it from this machine, and nodes pull from it."""

import contextlib
import io
import platform
import tarfile
import time
from pathlib import Path

import requests
from docker.errors import NotFound
from docker.models.containers import Container

from airflow_k8s import options
from airflow_k8s.cluster import engine, osimage, ports, tools
from airflow_k8s.errors import UserError
from airflow_k8s.progress import step

NAME = "airflow-k8s-registry"
NETWORK = "kind"
"""kind's own name for the network of its nodes."""

PORT_INSIDE = 5000
COMMAND = ["registry", "serve", "--disk=/data", f"--address=0.0.0.0:{PORT_INSIDE}"]
SECONDS_TO_START = 20


def local_port(registry: str) -> int | None:
    """The port of this machine that a registry is published on, or None for a registry elsewhere.

    Example:
        >>> local_port("localhost:5001"), local_port("registry.example.org/data"), local_port("127.0.0.1:5002")
        (5001, None, 5002)
    """
    host, _, port = registry.partition("/")[0].partition(":")
    return int(port) if host in ("localhost", "127.0.0.1") and port.isdigit() else None


def hosts_toml(container: str) -> str:
    """What tells a node's containerd that a registry is really a container beside it, and nowhere else.

    Example:
        >>> print(hosts_toml("registry"))
        server = "http://registry:5000"
        [host."http://registry:5000"]
          capabilities = ["pull", "resolve"]
        <BLANKLINE>
    """
    # Without `server` a missing image is looked for on the node's own localhost, and the error speaks only of that.
    url = f"http://{container}:{PORT_INSIDE}"
    return f'server = "{url}"\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n'


def require_port() -> None:
    """See to it that the local registry's port can be taken, unless the registry is there already.

    Raises:
        UserError: another program listens there.
    """
    port = local_port(options.registry())
    if port is not None and engine.container(NAME) is None:
        ports.require(port, options.REGISTRY, f"localhost:{port + 1}")


def ensure() -> None:
    """See to it that the local registry runs; does nothing where images go to a registry elsewhere.

    It joins the network that kind made for its nodes.

    Its layers lie in a volume. Their manifests live in its memory: pushing an image again after the machine was
    restarted sends manifests and no layers.

    Raises:
        UserError: its port is taken, or it does not answer.
    """
    port = local_port(options.registry())
    if port is None:
        return
    container = engine.container(NAME)
    if container is not None and _published_port(container) != port:
        container.remove(force=True)
        container = None
    if container is None:
        _create(port)
    elif container.status != "running":
        container.start()
    _wait_until_it_answers(port)


def remove() -> None:
    """Remove the registry with the layers in it; the engine has them still. No registry: nothing to do."""
    container = engine.container(NAME)
    if container is not None:
        container.remove(force=True)
    with contextlib.suppress(NotFound):
        engine.client().volumes.get(NAME).remove()


def published_port() -> int | None:
    """The port of this machine that the local registry was made with, or None where there is none."""
    container = engine.container(NAME)
    return _published_port(container) if container is not None else None


def _published_port(container: Container) -> int | None:
    bindings = container.attrs["HostConfig"]["PortBindings"] or {}
    return next((int(binding["HostPort"]) for places in bindings.values() for binding in places), None)


def _create(port: int) -> None:
    ports.require(port, options.REGISTRY, f"localhost:{port + 1}")
    with step("start the registry"):
        engine.client().containers.run(
            _image(),
            COMMAND,
            name=NAME,
            detach=True,
            network=NETWORK,
            ports={f"{PORT_INSIDE}/tcp": (ports.HOST, port)},
            restart_policy={"Name": "always"},
            user="0",
            volumes=[f"{NAME}:/data"],
        )


def _image() -> str:
    """crane's own image, where it can be pulled, else one that holds the crane of this machine and nothing more."""
    version = tools.version("crane")
    usual, ours = f"gcr.io/go-containerregistry/crane:{version}", f"airflow-k8s-registry:{version}"
    for candidate in (usual, ours):
        if osimage.present(candidate):
            return candidate
    if osimage.pull(usual) is None:
        return usual
    if platform.system() != "Linux":
        raise UserError(
            "The registry beside the cluster cannot be made.",
            f"{usual} cannot be pulled, and the programs of this machine do not run in a container.",
            f"Make gcr.io reachable, or push to another registry: {options.REGISTRY}=registry.example.org.",
        )
    tar = _tar(tools.path("crane"))
    repository, tag = ours.split(":")
    engine.client().api.import_image_from_data(tar, repository, tag, changes=['ENTRYPOINT ["/crane"]'])
    return ours


def _tar(program: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(program, "crane")
        for folder in ("data", "tmp"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(entry)
    return buffer.getvalue()


def _wait_until_it_answers(port: int) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            if requests.get(f"http://{ports.HOST}:{port}/v2/", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise UserError(
        "The registry beside the cluster does not answer.",
        f"It was silent on {ports.HOST}:{port} for {SECONDS_TO_START} s.",
        f"Look at `docker logs {NAME}`.",
    )
