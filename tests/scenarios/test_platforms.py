"""Images for two platforms at once, by a BuildKit of the test's own, into a registry of the test's own.

Debian for arm64 is installed by an emulator where no registry has it: that alone takes minutes.
"""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_k8s.cluster import tools
from airflow_k8s.images import build, engine, platforms, publish
from airflow_k8s.images.buildx import How
from tests.builders import builder
from tests.registries import served

BOTH = How(platforms=("linux/amd64", "linux/arm64"))
NAME = "tools"
EMULATOR = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")
"""The kernel's note of who runs programs for arm64: the package qemu-user-static writes it."""

# e_machine of the ELF header; source: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
MACHINES = {"linux/amd64": 62, "linux/arm64": 183}

pytestmark = pytest.mark.skipif(not EMULATOR.exists(), reason="needs the packages qemu-user-static and binfmt-support")


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """A registry that has the image for both platforms, built and pushed by the command's own code."""
    with (
        tempfile.TemporaryDirectory(prefix="bk-") as name,  # pytest's own folders are too long for a socket
        served(Path(name)) as address,
        builder(Path(name)) as chosen,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("BUILDX_BUILDER", chosen)
        build.build_all(address, (NAME,), BOTH)
        yield address


@pytest.fixture(scope="module")
def pushed(registry: str) -> str:
    return engine.resolve(NAME, registry)


def test_one_name_has_both_platforms(pushed: str) -> None:
    assert platforms.offered(pushed) >= set(BOTH.platforms)


@pytest.mark.parametrize("platform", BOTH.platforms)
def test_each_platform_has_its_own_programs(pushed: str, platform: str) -> None:
    assert machine(pushed, platform, "opt/tools/bin/uv") == MACHINES[platform]


def test_the_provenance_of_each_is_attested(pushed: str) -> None:
    entries = (publish.manifest(pushed) or {})["manifests"]
    notes = [entry.get("annotations", {}) for entry in entries]
    attested = {note["vnd.docker.reference.digest"] for note in notes if "vnd.docker.reference.digest" in note}
    images = {entry["digest"] for entry in entries if platforms.spelt(entry["platform"]) in BOTH.platforms}
    assert attested == images
    assert len(images) == len(BOTH.platforms)


def test_what_is_there_for_both_is_not_built_again(registry: str, pushed: str) -> None:
    before = publish.digest(pushed)
    build.build_all(registry, (NAME,), BOTH)
    assert publish.digest(pushed) == before


def machine(reference: str, platform: str, program: str) -> int:
    """The machine that a program in an image is made for."""
    words = [tools.path("crane"), "export", "--platform", platform, reference, "-"]
    exported = subprocess.run(words, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
        file = tar.extractfile(program)
        assert file
        return int.from_bytes(file.read(20)[18:], "little")
