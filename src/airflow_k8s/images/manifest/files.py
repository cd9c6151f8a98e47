"""Fetch the few files of an image that say what is in it, without trusting anything else of it."""

import tarfile
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, cast

from airflow_k8s.images import pod
from airflow_k8s.images.layers import CHUNK, opened

if TYPE_CHECKING:
    import docker
    from docker.models.images import Image

GLOBS = (
    "*/*-packages/*.dist-info/METADATA",
    "*/*-packages/*.egg-info/PKG-INFO",
    "*/*-packages/*.egg-info",
    "*/R/library/*/DESCRIPTION",
    "*/R/site-library/*/DESCRIPTION",
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status.d/*",
    "/usr/share/doc/*/copyright",
)
"""Where Python, R and Debian (distroless images too) write down what is installed; ``*`` also matches ``/``."""

ROOT_WITHOUT_RIGHTS = {**pod.ALONE, "user": "0:0"}
"""A pod's limits, but root: it has no capability, and may read what only its owner may."""


def read(client: "docker.DockerClient", image: "Image") -> dict[str, str]:
    """The files of an image that ``GLOBS`` name: text by path.

    find and tar of the image itself take half a second. An image without them, or for another processor, is not run:
    the engine hands out all of it, which takes ten seconds a gigabyte.
    """
    archive = _packed_inside(client, image)
    return texts([archive]) if archive is not None else _exported(client, image)


def script(globs: Iterable[str] = GLOBS) -> str:
    """What a shell in the image runs; its output is a tar archive. Exit code 127: there is no find or no tar.

    Example:
        >>> script(["/a/*"]).splitlines()[1]
        "find / -xdev -type f \\\\( -path '/a/*' \\\\) 2>/dev/null | tar -cf - -T - 2>/dev/null"
    """
    wanted = " -o ".join(f"-path '{glob}'" for glob in globs)
    return (
        "command -v find >/dev/null && command -v tar >/dev/null || exit 127\n"
        f"find / -xdev -type f \\( {wanted} \\) 2>/dev/null | tar -cf - -T - 2>/dev/null"
    )


def _packed_inside(client: "docker.DockerClient", image: "Image") -> bytes | None:
    from docker.errors import APIError  # noqa: PLC0415  (what needs no engine starts faster without)

    with pod.created(client, image, [script()], entrypoint=["sh", "-c"], **ROOT_WITHOUT_RIGHTS) as container:
        try:
            # Attached, for the log would take an archive for text.
            output = container.attach(stdout=True, stderr=False, stream=True)
            container.start()
            archive = b"".join(output)
            return archive if container.wait()["StatusCode"] == 0 else None
        except APIError:  # no shell
            return None


def _exported(client: "docker.DockerClient", image: "Image") -> dict[str, str]:
    with pod.created(client, image, ["never started"]) as container:
        return texts(cast("Iterable[bytes]", container.export(CHUNK)))  # its stub says text


def texts(archive: Iterable[bytes]) -> dict[str, str]:
    """The files of a tar archive that ``GLOBS`` name; the archive comes in pieces, and nothing else of it is kept."""
    found: dict[str, str] = {}
    with opened(archive) as tar:
        for member in tar:
            path = f"/{member.name}"
            if member.islnk() and f"/{member.linkname}" in found:  # another name of a file that came before
                found[path] = found[f"/{member.linkname}"]
            elif member.isreg() and any(fnmatchcase(path, glob) for glob in GLOBS):
                found[path] = _text(tar, member)
    return found


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content = tar.extractfile(member)
    return content.read().decode(errors="replace") if content else ""
