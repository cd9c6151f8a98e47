"""Images for several platforms: a builder that can build them, and Debian's image for each."""

import json
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from airflow_k8s import process
from airflow_k8s.cluster import osimage, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import publish
from airflow_k8s.images.plan import FOLDER
from airflow_k8s.progress import step

CREATE = "docker buildx create --use --driver docker-container --driver-opt network=host"
EMULATE = "apt-get install qemu-user-static binfmt-support arch-test"


def offered(reference: str) -> set[str]:
    """The platforms that a registry has an image for; none where it does not have the image.

    Raises:
        UserError: the registry does not answer, or refuses the question.
    """
    manifest = publish.manifest(reference)
    if manifest is None:
        return set()
    if "manifests" in manifest:
        return {spelt(entry["platform"]) for entry in manifest["manifests"] if "platform" in entry}
    return {spelt(json.loads(process.run([tools.path("crane"), "config", reference])))}


def spelt(platform: dict[str, str]) -> str:
    """A platform as people write it; arm64 is v8 unless it says otherwise.

    Example:
        >>> spelt({"os": "linux", "architecture": "amd64"}), spelt({"os": "linux", "architecture": "arm", "variant": "v7"})
        ('linux/amd64', 'linux/arm/v7')
    """  # noqa: E501  (an example in one line)
    name, variant = f"{platform['os']}/{platform['architecture']}", platform.get("variant", "")
    return f"{name}/{variant}" if variant and platform["architecture"] != "arm64" else name


def require(platforms: Iterable[str]) -> None:
    """See to it that the builder that the user chose can build for these platforms.

    Raises:
        UserError: it cannot, and what would.
    """
    check(process.run([tools.path("buildx"), "inspect", "--bootstrap"]), platforms)


def check(inspected: str, platforms: Iterable[str]) -> None:
    """See to it that a builder can build for these platforms, from what `buildx inspect` says of it.

    Raises:
        UserError: it cannot, and what would.

    Example:
        >>> check("Name: many\\nDriver: remote\\nPlatforms: linux/amd64*, linux/arm64", ["linux/arm64"])
    """
    driver, builder = _field("Driver", inspected), _field("Name", inspected)
    if driver == "docker":
        raise UserError(
            f"The builder `{builder}` cannot build for named platforms.",
            "It is the Docker engine's own, which has no place for an image of several.",
            f"Make one that can: `{CREATE}`, or name yours in BUILDX_BUILDER.",
        )
    known = {name.strip(" *") for line in re.findall(r"^Platforms:(.*)$", inspected, re.M) for name in line.split(",")}
    lacking = [platform for platform in platforms if platform not in known]
    if lacking:
        raise UserError(
            f"The builder `{builder}` cannot build for {', '.join(lacking)}.",
            f"It can for {', '.join(sorted(known))}.",
            f"Add a node of that platform to it, or an emulator: `{EMULATE}`, and start the builder again.",
        )


def debian(release: str, registry: str, platforms: Iterable[str]) -> str:
    """A reference of a Debian release's image from which a builder gets each of these platforms.

    It is the usual one where that is in reach, else one of ours in the registry, made from packages.

    Raises:
        UserError: it can neither be pulled nor made here.
    """
    usual = osimage.name(release)
    ours = f"{registry}/{FOLDER}/{usual}"
    with step(f"get {usual} for {', '.join(platforms)}"):
        problem = _problem(usual, platforms)
        if problem is None:
            return usual
        if not offered(ours) >= set(platforms):
            _make(release, ours, platforms, problem)
        return ours


def _problem(usual: str, platforms: Iterable[str]) -> str | None:
    try:
        lacking = set(platforms) - offered(usual)
    except UserError as unreachable:
        return unreachable.why.strip()
    return f"it is not there for {', '.join(sorted(lacking))}" if lacking else None


def _make(release: str, reference: str, platforms: Iterable[str], problem: str) -> None:
    crane = tools.path("crane")
    made = [_push_one(release, reference, platform, problem) for platform in platforms]
    process.run([crane, "index", "append", "--tag", reference, *(word for one in made for word in ("-m", one))])


def _push_one(release: str, reference: str, platform: str, problem: str) -> str:
    crane, architecture = tools.path("crane"), platform.split("/")[1]
    one = f"{reference}-{architecture}"
    with tempfile.TemporaryDirectory(prefix="airflow-k8s-") as folder:
        tar = Path(folder) / "debian.tar"
        _write_tar(release, tar, problem, architecture)
        process.run([crane, "append", "--oci-empty-base", "--new_layer", tar, "--new_tag", one])
    process.run(
        [crane, "mutate", one, "--tag", one, "--set-platform", platform, "--cmd", "bash", "--env", osimage.PATH]
    )
    return one


def _write_tar(release: str, tar: Path, problem: str, architecture: str) -> None:
    try:
        osimage.write_tar(release, tar, problem, architecture)
    except UserError as failed:
        if "mmdebstrap" not in failed.what:
            raise
        raise UserError(
            f"Debian's image for {architecture} cannot be made.",
            failed.why,
            f"Make a registry with {osimage.name(release)} reachable, or an emulator: `{EMULATE}`.",
        ) from failed


def _field(name: str, inspected: str) -> str:
    found = re.search(rf"^{name}:\s*(\S+)", inspected, re.M)
    return found[1] if found else ""
