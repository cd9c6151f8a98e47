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

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
"""Debian's keys, in every Debian system."""

EPOCH = "315532800"
"""Files that change with every build are dated 1980-01-01, the first day that a zip file can name."""

PUBLIC_ADDRESS = "--customize-hook=find $1/etc/apt -name '*sources*' -type f -exec sed -Ei 's,//[^/@ ]*@,//,' {} +"
"""Of a mirror's address, an image keeps what is no secret."""

LEFT_OUT = ("doc/*", "groff/*", "info/*", "linda/*", "lintian/*", "locale/*", "man/*")
KEPT = ("doc/*/copyright", "locale/locale.alias")
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
IMAGE_CONFIG = ('CMD ["bash"]', f"ENV {PATH}")


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


def sources(release: str, mirror: str) -> str:
    """Where apt finds a Debian release at a site with a mirror of its own: sources.list.

    Args:
        release: Debian's code name.
        mirror: its address, beside which lies ADDRESS-security, as with Debian's own.

    Example:
        >>> print(sources("trixie", "https://user:password@mirror/debian/"), end="")
        deb [signed-by=...] https://user:password@mirror/debian trixie main
        deb [signed-by=...] https://user:password@mirror/debian trixie-updates main
        deb [signed-by=...] https://user:password@mirror/debian-security trixie-security main
    """
    usual = mirror.rstrip("/")
    places = {release: usual, f"{release}-updates": usual, f"{release}-security": f"{usual}-security"}
    return "".join(f"deb [signed-by={KEYRING}] {place} {suite} main\n" for suite, place in places.items())


def mmdebstrap_command(
    release: str, target: Path, architecture: str | None = None, *, mirrored: bool = False
) -> list[str]:
    """The command that writes a Debian release as a tar file, as slim as Debian's own image.

    Args:
        release: Debian's code name.
        target: the tar file.
        architecture: as Debian calls it, "arm64"; None: this machine's.
        mirrored: it reads on standard input where packages are, for that may hold a password, which the image must not;
            else mmdebstrap knows Debian's own mirrors.

    Example:
        >>> mmdebstrap_command("trixie", Path("trixie.tar"), "arm64", mirrored=True)[-4:]
        ['--architectures=arm64', 'trixie', 'trixie.tar', '-']
    """
    rules = [f"path-exclude=/usr/share/{path}" for path in LEFT_OUT] + [
        f"path-include=/usr/share/{path}" for path in KEPT
    ]
    options = [f"--dpkgopt={rule}" for rule in rules]
    # Lists come back with `apt-get update`; in a layer they are only weight. So are indexes for other languages.
    options += ['--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"']
    options += [PUBLIC_ADDRESS] if mirrored else []
    options += [f"--architectures={architecture}"] if architecture else []
    return ["mmdebstrap", "--variant=minbase", *options, release, str(target), *(["-"] if mirrored else [])]


def write_tar(release: str, tar: Path, problem: str, architecture: str | None = None) -> None:
    """Write a Debian release as a tar file, from its packages.

    Args:
        release: Debian's code name.
        tar: the file.
        problem: why its image cannot be pulled, for the error.
        architecture: as Debian calls it; None: this machine's.

    Raises:
        UserError: it cannot be made here.
    """
    if not shutil.which("mmdebstrap"):
        _install_mmdebstrap(name(release), problem)
    mirror = os.environ.get(MIRROR)
    command = mmdebstrap_command(release, tar, architecture, mirrored=bool(mirror))
    where = sources(release, mirror) if mirror else None
    log = "-".join(filter(None, ("mmdebstrap", release, architecture)))
    process.run(command, log=log, env={"SOURCE_DATE_EPOCH": EPOCH}, stdin=where)


def _make(release: str, reference: str, problem: str) -> None:
    with tempfile.TemporaryDirectory(prefix="airflow-k8s-") as folder:
        tar = Path(folder) / f"{release}.tar"
        write_tar(release, tar, problem)
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
