"""Fetch a program from where its makers publish it, and believe only what its checksum confirms."""

import hashlib
import io
import tarfile
from dataclasses import dataclass

import requests

from airflow_k8s.errors import UserError

SECONDS = 60
"""How long a site may be silent."""


@dataclass(frozen=True)
class Release:
    """Where a program is published; `{version}`, `{os}`, `{arch}`, `{Os}`, `{machine}` are filled in.

    `{number}` is the version without its v.
    """

    url: str
    sums: str
    """Address of its checksums; `{url}` is the file's own."""


def places(release: Release, version: str, system: str, arch: str) -> tuple[str, str]:
    """The addresses of a release's file and of its checksums.

    Example:
        >>> places(Release("https://x/{version}/kubectl-{os}-{arch}", "{url}.sha256"), "v1.37.2", "linux", "amd64")
        ('https://x/v1.37.2/kubectl-linux-amd64', 'https://x/v1.37.2/kubectl-linux-amd64.sha256')
    """
    machine = {"amd64": "x86_64"}.get(arch, arch)
    names = {"version": version, "number": version.removeprefix("v"), "os": system, "arch": arch, "machine": machine}
    url = release.url.format(Os=system.capitalize(), **names)
    return url, release.sums.format(url=url, **names)


def published_sum(text: str, file: str) -> str | None:
    """The SHA-256 of a file in a list of checksums, which may also be a single bare one.

    Example:
        >>> published_sum("0a1b *other\\n2c3d *crane.tar.gz", "crane.tar.gz"), published_sum("0a1b", "kubectl")
        ('2c3d', '0a1b')
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and len(lines[0]) == 1:
        return lines[0][0]
    return next((line[0] for line in lines if len(line) == 2 and line[1].lstrip("*").split("/")[-1] == file), None)


def fetch(program: str, url: str, sums: str) -> bytes:
    """Fetch a program and return its bytes; a tar file is opened and the program taken out.

    Args:
        program: its name, also inside a tar file.
        url: address of the program or of a .tar.gz that holds it.
        sums: address of the list of checksums.

    Raises:
        UserError: the site cannot be reached, or the checksum is missing or another one.
    """
    content, expected = _get(url), published_sum(_get(sums).decode(), url.rsplit("/", 1)[-1])
    if hashlib.sha256(content).hexdigest() != expected:
        raise UserError(
            f"{program} from {url} is not used.",
            f"Its SHA-256 is not the one that {sums} tells ({expected}).",
            "Somebody on the way changes files, or the download broke: try again, or install it yourself.",
        )
    return _from_tar(program, content) if url.endswith((".tar.gz", ".tgz")) else content


def _get(url: str) -> bytes:
    try:
        answer = requests.get(url, timeout=SECONDS)
        answer.raise_for_status()
    except requests.RequestException as problem:
        site = url.split("/")[2]
        raise UserError(
            f"{url} cannot be fetched.", f"{type(problem).__name__} at {site}.", "Look at the network, or use a proxy."
        ) from problem
    return answer.content


def _from_tar(program: str, content: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        member = next((item for item in tar if item.isfile() and item.name.split("/")[-1] == program), None)
        file = tar.extractfile(member) if member else None
        if file is None:
            raise UserError(f"{program} cannot be unpacked.", "Its release does not hold it.", "Install it yourself.")
        return file.read()
