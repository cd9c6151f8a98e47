"""The image of kind's node: the usual one where it can be pulled, else one made from packages and Go modules."""

import contextlib
import hashlib
import shutil
from pathlib import Path

from docker.errors import APIError
from docker.models.images import Image

from airflow_k8s import process
from airflow_k8s.cluster import engine, osimage, tools
from airflow_k8s.paths import CLUSTER, DIST
from airflow_k8s.progress import step

OS_RELEASE = "bookworm"
REPOSITORY = "airflow-k8s-node"
USUAL = "kindest/node"
PROVISIONER = "airflow-k8s/provisioner:node"
"""As default-storage.yaml names it."""

HERE = CLUSTER / "node"
CONTEXT_FILES = ("Dockerfile", "cni.conflist", "default-cni.yaml", "default-storage.yaml")
ON_THE_NODE = ("kubeadm", "kubectl", "kubelet")
IN_IMAGES = (
    "coredns",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "pause",
    "provisioner",
)


def image(usual: str) -> str:
    """The reference of an image that kind can make a node of; it is in the engine afterwards.

    Args:
        usual: what cluster/kind.yaml names.

    Raises:
        UserError: the usual one cannot be pulled and ours cannot be made.
    """
    ours = f"{REPOSITORY}:{tag()}"
    for reference in (usual, ours):
        if osimage.present(reference):
            return reference
    with step("get the node image"):
        problem = osimage.pull(usual)
    if problem is None:
        return usual
    _build(ours)
    return ours


def tag() -> str:
    """Kubernetes' version and a hash of all that the node image is made of.

    Example:
        >>> tag().startswith(tools.version("kubelet"))
        True
    """
    files = [HERE / name for name in CONTEXT_FILES] + sorted(HERE.glob("*/main.go"))
    versions = [f"{name} {tools.version(name)}" for name in sorted((*ON_THE_NODE, *IN_IMAGES, "kind"))]
    parts = [file.read_bytes() for file in files] + [word.encode() for word in (OS_RELEASE, *versions)]
    return f"{tools.version('kubelet')}-{hashlib.sha256(b''.join(parts)).hexdigest()[:12]}"


def image_names(listed: str) -> dict[str, str]:
    """Program to image, from what `kubeadm config images list` prints.

    Example:
        >>> image_names("registry.k8s.io/coredns/coredns:v1.14.6\\nregistry.k8s.io/etcd:3.7.0-0\\n")
        {'coredns': 'registry.k8s.io/coredns/coredns:v1.14.6', 'etcd': 'registry.k8s.io/etcd:3.7.0-0'}
    """
    return {line.rsplit("/", 1)[-1].split(":")[0]: line for line in listed.split()}


def _build(reference: str) -> None:
    osimage.ensure(OS_RELEASE)
    tools.ensure("buildx", *ON_THE_NODE, *IN_IMAGES)
    with step("make the node image"):
        listed = process.run(
            [tools.path("kubeadm"), "config", "images", "list", f"--kubernetes-version={tools.version('kubelet')}"]
        )
        # CoreDNS and etcd carry the names that kubeadm expects of this release, whatever version go.mod has of them.
        names = {**image_names(listed), "provisioner": PROVISIONER}
        context = _context()
        for program in IN_IMAGES:
            _buildx(context, names[program], program, {"PROGRAM": program})
        _move_out(sorted(names[program] for program in IN_IMAGES), context / "images.tar")
        older = engine.client().images.list(REPOSITORY)
        _buildx(context, reference, "node", {"PAUSE": names["pause"], "KUBERNETES": tools.version("kubelet")})
        shutil.rmtree(context)
        _remove(older)


def _remove(images: list[Image]) -> None:
    """Remove node images of other versions, but for one that a cluster still runs on."""
    for image in images:
        with contextlib.suppress(APIError):
            engine.client().images.remove(str(image.id))


def _context() -> Path:
    """Put together what the Dockerfile takes from its context."""
    context = DIST / "node"
    shutil.rmtree(context, ignore_errors=True)
    (context / "bin").mkdir(parents=True)
    for name in CONTEXT_FILES:
        shutil.copy(HERE / name, context)
    for name in (*ON_THE_NODE, *IN_IMAGES):
        _link_or_copy(tools.path(name), context / "bin" / name)
    kind = tools.module_directory("sigs.k8s.io/kind") / "images" / "base" / "files"
    shutil.copytree(kind, context / "kind", copy_function=shutil.copyfile)  # the module cache is read-only
    for folder in (context / "kind").rglob("*/"):
        folder.chmod(0o755)
    return context


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy(source, target)


def _buildx(context: Path, reference: str, target: str, arguments: dict[str, str]) -> None:
    given = {**arguments, "OS": osimage.name(OS_RELEASE)}
    process.run(
        [
            tools.path("buildx"),
            "build",
            "--progress=plain",
            "--load",
            f"--target={target}",
            f"--tag={reference}",
            *(f"--build-arg={name}={value}" for name, value in given.items()),
            context,
        ],
        log=f"node-{target}",
    )


def _move_out(references: list[str], file: Path) -> None:
    """Move images from the engine to a tar file: they bear other people's names, which mean theirs to the user."""
    process.run(["docker", "save", "--output", file, *references])
    process.run(["docker", "rmi", *references])
