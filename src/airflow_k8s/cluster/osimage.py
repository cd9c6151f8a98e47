"""The Debian image that every Dockerfile starts from, with or without a container registry."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from docker.errors import DockerException, ImageNotFound

from airflow_k8s import process
from airflow_k8s.cluster import engine, packages
from airflow_k8s.errors import UserError
from airflow_k8s.progress import step

MIRROR = "AIRFLOW_K8S_DEBIAN_MIRROR"
"""Environment variable: a Debian mirror for sites without the usual one."""

EPOCH = "315532800"
"""Files that change with every build are dated 1980-01-01, the first day that a zip file can name."""

LEFT_OUT = ("doc/*", "groff/*", "info/*", "linda/*", "lintian/*", "locale/*", "man/*")
KEPT = ("doc/*/copyright", "locale/locale.alias")
IMAGE_CONFIG = ('CMD ["bash"]', "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")


def name(release: str) -> str:
    """The reference of a Debian release's image.

    Example:
        >>> name("trixie")
        'debian:trixie-slim'
    """
    return f"debian:{release}-slim"


def ensure(release: str) -> str:
    """See to it that the engine has the image of a Debian release, and return its reference.

    It is taken as it is when the engine has it, else pulled, else made from Debian's packages with mmdebstrap.

    Args:
        release: Debian's code name, "trixie".

    Raises:
        UserError: it can neither be pulled nor made here.
    """
    reference = name(release)
    if present(reference):
        return reference
    with step(f"get {reference}"):
        problem = pull(reference)
        if problem:
            _make(release, reference, problem)
    return reference


def present(reference: str) -> bool:
    """Whether the engine has an image."""
    try:
        engine.client().images.get(reference)
    except ImageNotFound:
        return False
    return True


def pull(reference: str) -> str | None:
    """Pull an image; return None, or why it could not be pulled."""
    try:
        engine.client().images.pull(reference)
    except (DockerException, OSError) as problem:
        return short(str(problem))
    return None


def short(problem: str) -> str:
    """The part of an engine's answer that says what happened.

    Example:
        >>> short('500 Server Error for http+docker://x: Internal Server Error ("no such host")')
        'no such host'
    """
    quoted = re.search(r'\("(.*)"\)\s*$', problem, re.DOTALL)
    return quoted[1].replace('\\"', '"') if quoted else problem


def mmdebstrap_command(release: str, target: Path, mirror: str | None = None) -> list[str]:
    """The command that writes a Debian release as a tar file, as slim as Debian's own image.

    Example:
        >>> mmdebstrap_command("trixie", Path("trixie.tar"), "http://mirror/debian")[-3:]
        ['trixie', 'trixie.tar', 'http://mirror/debian']
    """
    rules = [f"path-exclude=/usr/share/{path}" for path in LEFT_OUT] + [
        f"path-include=/usr/share/{path}" for path in KEPT
    ]
    options = [f"--dpkgopt={rule}" for rule in rules]
    # Lists come back with `apt-get update`; in a layer they are only weight. So are indexes for other languages.
    options += ['--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"']
    return ["mmdebstrap", "--variant=minbase", *options, release, str(target), *([mirror] if mirror else [])]


def _make(release: str, reference: str, problem: str) -> None:
    if not shutil.which("mmdebstrap"):
        _install_mmdebstrap(reference, problem)
    with tempfile.TemporaryDirectory(prefix="airflow-k8s-") as folder:
        tar = Path(folder) / f"{release}.tar"
        command = mmdebstrap_command(release, tar, os.environ.get(MIRROR))
        process.run(command, log=f"mmdebstrap-{release}", env={"SOURCE_DATE_EPOCH": EPOCH})
        repository, tag = reference.split(":")
        engine.client().api.import_image_from_file(str(tar), repository, tag, changes=list(IMAGE_CONFIG))


def _install_mmdebstrap(reference: str, problem: str) -> None:
    if not packages.can_install():
        raise UserError(
            f"The image {reference} cannot be had.",
            f"It cannot be pulled ({problem}), and only root on Debian or Ubuntu can make it from packages.",
            "Make a container registry reachable, or install mmdebstrap, and run the same command.",
        )
    packages.install("mmdebstrap", "debian-archive-keyring")
