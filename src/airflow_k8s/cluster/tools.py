"""The programs that the cluster needs: found on PATH, else built from their Go modules, else fetched.

Their versions stand in cluster/go.mod, those of the supply chain in cluster/supply and cluster/scanner, and those that
judge the chart in cluster/charts, cluster/network, cluster/metrics, cluster/sign-in and cluster/helm3, modules of their
own because each wants other libraries. What is built or fetched lies in .tools/bin, with a note of its version.
"""

import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from airflow_k8s import process
from airflow_k8s.cluster import golang, gomod, releases
from airflow_k8s.cluster.releases import Release
from airflow_k8s.errors import UserError
from airflow_k8s.paths import CLUSTER, TOOLS
from airflow_k8s.progress import step

BIN = TOOLS / "bin"
SUPPLY = CLUSTER / "supply"
SCANNER = CLUSTER / "scanner"
CHARTS = CLUSTER / "charts"
NETWORK = CLUSTER / "network"
METRICS = CLUSTER / "metrics"
SIGN_IN = CLUSTER / "sign-in"
HELM_3 = CLUSTER / "helm3"
PLUGIN_DIRECTORIES = (
    "~/.docker/cli-plugins",
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


@dataclass(frozen=True)
class Tool:
    """A program: where its source is, and what else may stand in for building it."""

    package: str
    """Go package; one that begins with ./ is ours, relative to its module."""
    module_package: str = ""
    """For a package of ours, the one whose version it carries."""
    asks: str | None = None
    """The arguments that make it tell its version; None: one on PATH will not do, it must be exactly this version."""
    on_path: str = ""
    """Its name on PATH, where that is another."""
    release: Release | None = None
    module: Path = CLUSTER
    """The folder of the go.mod that has its version."""

    @property
    def built_as(self) -> str:
        """The file name that `go build` gives it."""
        words = self.package.split("/")
        return words[-2] if words[-1].startswith("v") and words[-1][1:].isdigit() else words[-1]


_GITHUB = "https://github.com"
_KUBERNETES = "k8s.io/kubernetes/cmd"

TOOLS_BY_NAME = {
    "helm": Tool(
        "helm.sh/helm/v4/cmd/helm",
        asks="version --short",
        release=Release("https://get.helm.sh/helm-{version}-{os}-{arch}.tar.gz", "{url}.sha256sum"),
    ),
    "kind": Tool(
        "sigs.k8s.io/kind",
        asks="version",
        release=Release(
            f"{_GITHUB}/kubernetes-sigs/kind/releases/download/{{version}}/kind-{{os}}-{{arch}}", "{url}.sha256sum"
        ),
    ),
    "kubectl": Tool(
        f"{_KUBERNETES}/kubectl",
        asks="version --client",
        release=Release("https://dl.k8s.io/release/{version}/bin/{os}/{arch}/kubectl", "{url}.sha256"),
    ),
    "crane": Tool(
        "github.com/google/go-containerregistry/cmd/crane",
        asks="version",
        release=Release(
            f"{_GITHUB}/google/go-containerregistry/releases/download/{{version}}/"
            "go-containerregistry_{Os}_{machine}.tar.gz",
            f"{_GITHUB}/google/go-containerregistry/releases/download/{{version}}/checksums.txt",
        ),
    ),
    "buildx": Tool(
        "github.com/docker/buildx/cmd/buildx",
        asks="version",
        on_path="docker-buildx",
        release=Release(
            f"{_GITHUB}/docker/buildx/releases/download/{{version}}/buildx-{{version}}.{{os}}-{{arch}}",
            f"{_GITHUB}/docker/buildx/releases/download/{{version}}/checksums.txt",
        ),
    ),
    **{
        name: Tool(f"{_KUBERNETES}/{name}")
        for name in (
            "kubeadm",
            "kubelet",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kube-proxy",
        )
    },
    "etcd": Tool("go.etcd.io/etcd/server/v3"),
    "coredns": Tool("./node/coredns", module_package="github.com/coredns/coredns"),
    "pause": Tool("./node/pause"),
    "provisioner": Tool(
        "./node/provisioner", module_package="sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
    ),
    "syft": Tool(
        "github.com/anchore/syft/cmd/syft",
        asks="version",
        release=Release(
            f"{_GITHUB}/anchore/syft/releases/download/{{version}}/syft_{{number}}_{{os}}_{{arch}}.tar.gz",
            f"{_GITHUB}/anchore/syft/releases/download/{{version}}/syft_{{number}}_checksums.txt",
        ),
        module=SUPPLY,
    ),
    "cosign": Tool(
        "github.com/sigstore/cosign/v3/cmd/cosign",
        asks="version",
        release=Release(
            f"{_GITHUB}/sigstore/cosign/releases/download/{{version}}/cosign-{{os}}-{{arch}}",
            f"{_GITHUB}/sigstore/cosign/releases/download/{{version}}/cosign_checksums.txt",
        ),
        module=SUPPLY,
    ),
    "osv-scanner": Tool(
        "github.com/google/osv-scanner/v2/cmd/osv-scanner",
        asks="--version",
        release=Release(
            f"{_GITHUB}/google/osv-scanner/releases/download/{{version}}/osv-scanner_{{os}}_{{arch}}",
            f"{_GITHUB}/google/osv-scanner/releases/download/{{version}}/osv-scanner_SHA256SUMS",
        ),
        module=SCANNER,
    ),
    "kube-score": Tool("github.com/zegl/kube-score/cmd/kube-score", module=CHARTS),
    "kubeconform": Tool("github.com/yannh/kubeconform/cmd/kubeconform", module=CHARTS),
    "buildkitd": Tool("github.com/moby/buildkit/cmd/buildkitd", asks="--version", module=SUPPLY),
    "judge": Tool("./judge", module_package="github.com/mattfenwick/cyclonus", module=NETWORK),
    "statsd_exporter": Tool("github.com/prometheus/statsd_exporter", module=METRICS),
    "helm3": Tool("helm.sh/helm/v3/cmd/helm", module=HELM_3),
    "identity-provider": Tool("./identity-provider", module_package="github.com/zitadel/oidc/v3", module=SIGN_IN),
}

PEOPLE_USE = ("helm", "kind", "kubectl", "crane", "buildx")
"""What every installation uses on this machine."""

SUPPLY_CHAIN = ("syft", "cosign", "osv-scanner")
"""What `images sbom`, `sign`, `verify` and `scan` use on this machine; everything else runs inside the node."""

# Where a program keeps the version it tells; their own builds set these at the linker, too.
_VERSION_VARIABLES = {
    "helm.sh/helm/v3": "helm.sh/helm/v3/internal/version.version",
    "helm.sh/helm/v4": "helm.sh/helm/v4/internal/version.version",
    "github.com/docker/buildx": "github.com/docker/buildx/version.Version",
    "github.com/anchore/syft": "main.version",
    "github.com/moby/buildkit": "github.com/moby/buildkit/version.Version",
    "github.com/sigstore/cosign/v3": "sigs.k8s.io/release-utils/version.gitVersion",
    "github.com/google/go-containerregistry": "github.com/google/go-containerregistry/cmd/crane/cmd.Version",
    "k8s.io/kubernetes": "k8s.io/component-base/version.gitVersion",
}


def path(name: str) -> Path:
    """Where a program is; it is got ready first where need be.

    Args:
        name: a key of TOOLS_BY_NAME: "helm", "kind", "kubectl", "crane", "buildx", "kubelet"…

    Raises:
        UserError: it is not on PATH and can neither be built nor fetched.
    """
    ensure(name)
    return _found(name) or BIN / name


def ensure(*names: str) -> None:
    """Get programs ready; those that must be built are built in one go.

    Raises:
        UserError: one of them is not on PATH and can neither be built nor fetched.
    """
    missing = [name for name in names if not _found(name)]
    if missing:
        with step(f"get {', '.join(missing)}"):
            _provide(missing)
        _found.cache_clear()


def present(name: str) -> Path | None:
    """Where a program is, or None where it would have to be built or fetched."""
    return _found(name)


def version(name: str) -> str:
    """The version of a program that its go.mod asks for.

    Example:
        >>> version("kubelet") == version("kubectl")
        True
    """
    tool = TOOLS_BY_NAME[name]
    package = tool.module_package if tool.package.startswith("./") else tool.package
    return gomod.read(tool.module / "go.mod").version_of(package) if package else version("kubelet")


def linker_flags(versions: dict[str, str]) -> str:
    """The flags that make programs small and let them tell their versions.

    Args:
        versions: module path to version.

    Example:
        >>> linker_flags({"helm.sh/helm/v4": "v4.3.1"})
        '-s -w -X helm.sh/helm/v4/internal/version.version=v4.3.1'
    """
    variables = {variable: versions[module] for module, variable in _VERSION_VARIABLES.items() if module in versions}
    kubernetes = gomod.version(versions.get("k8s.io/kubernetes", ""))
    if kubernetes:
        variables["k8s.io/component-base/version.gitMajor"] = str(kubernetes[0])
        variables["k8s.io/component-base/version.gitMinor"] = str(kubernetes[1])
    return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in variables.items())])


def module_directory(module: str) -> Path:
    """Where Go keeps the source of a module that cluster/go.mod requires; it is fetched first where need be.

    Raises:
        UserError: there is no Go, or it cannot fetch the module.
    """
    text = process.run([golang.ensure(), "list", "-m", "-f", "{{.Dir}}", module], cwd=CLUSTER).strip()
    if not text:
        process.run([golang.ensure(), "mod", "download", module], cwd=CLUSTER)
        text = process.run([golang.ensure(), "list", "-m", "-f", "{{.Dir}}", module], cwd=CLUSTER).strip()
    return Path(text)


@cache
def _found(name: str) -> Path | None:
    """The program, if it is on PATH and new enough, or was built or fetched before."""
    return _on_path(name) or (BIN / name if _note(name) == _wanted_note(name) and (BIN / name).exists() else None)


def _on_path(name: str) -> Path | None:
    tool = TOOLS_BY_NAME[name]
    if tool.asks is None:
        return None
    for candidate in _candidates(tool.on_path or name):
        try:
            told = process.run([candidate, *tool.asks.split()])
        except UserError:
            continue
        if gomod.is_new_enough(told, version(name)):
            return candidate
    return None


def _candidates(program: str) -> Iterable[Path]:
    found = shutil.which(program)
    plugins = [Path(directory).expanduser() / program for directory in PLUGIN_DIRECTORIES]
    return [*([Path(found)] if found else []), *(plugin for plugin in plugins if os.access(plugin, os.X_OK))]


def _note(name: str) -> str | None:
    try:
        return (BIN / f".{name}.version").read_text()
    except FileNotFoundError:
        return None


def _wanted_note(name: str) -> str:
    """What the note beside a program must say: its version and, where the source is ours, that source's hash."""
    tool = TOOLS_BY_NAME[name]
    if not tool.package.startswith("./"):
        return version(name)
    source = (tool.module / tool.package / "main.go").read_bytes()
    return f"{version(name)} {hashlib.sha256(source).hexdigest()[:12]}"


def _provide(names: list[str]) -> None:
    try:
        _build(names)
    except UserError as not_built:
        for name in names:
            _fetch(name, not_built)


def _build(names: list[str]) -> None:
    """Build programs from their Go modules, those of one go.mod with one command: they share most packages."""
    for module, of_it in groupby(sorted(names, key=_module), _module):
        _build_in(module, list(of_it))


def _module(name: str) -> Path:
    return TOOLS_BY_NAME[name].module


def _build_in(module: Path, names: list[str]) -> None:
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS, prefix="build-") as folder:
        packages = [TOOLS_BY_NAME[name].package for name in names]
        flags = linker_flags(dict(gomod.read(module / "go.mod").versions))
        command: list[str | Path] = [
            golang.ensure(),
            "build",
            "-trimpath",
            "-buildvcs=false",
            "-ldflags",
            flags,
            "-o",
            f"{folder}/",
            *packages,
        ]
        process.run(command, cwd=module, env={"CGO_ENABLED": "0"}, log="go-build")
        for name in names:
            _keep(Path(folder) / TOOLS_BY_NAME[name].built_as, name)


def _fetch(name: str, not_built: UserError) -> None:
    release = TOOLS_BY_NAME[name].release
    if release is None:
        raise not_built
    try:
        content = releases.fetch(name, *releases.places(release, version(name), *_platform()))
    except UserError as not_fetched:
        raise UserError(
            f"{name} {version(name)} cannot be had.",
            f"None on PATH is new enough; it cannot be built ({not_built.why.strip()}) "
            f"nor fetched ({not_fetched.what} {not_fetched.why})",
            f"Install {name} {version(name)} or newer, or Go, and run the same command.",
        ) from not_fetched
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS, prefix="fetch-") as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        file.chmod(0o755)
        _keep(file, name)


def _keep(file: Path, name: str) -> None:
    """Move a program to its place. The note goes first and comes last: what is interrupted between is made again."""
    BIN.mkdir(parents=True, exist_ok=True)
    note = BIN / f".{name}.version"
    note.unlink(missing_ok=True)
    file.rename(BIN / name)
    note.write_text(_wanted_note(name))


def _platform() -> tuple[str, str]:
    machine = platform.machine().lower()
    return platform.system().lower(), {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
