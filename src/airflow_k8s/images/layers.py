"""What the layers of an image weigh as a node pulls them."""

import json
import platform
import tarfile
import zlib
from collections.abc import Iterable
from posixpath import normpath
from typing import IO, cast

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine
from airflow_k8s.paths import DIST
from airflow_k8s.progress import step

KNOWN = DIST / "compressed-layers.json"
"""What layers were found to weigh, by the digest of their content, which never changes."""

CHUNK = 1 << 20
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def compressed(reference: str) -> tuple[int, str]:
    """Bytes of an image as compressed layers, and who says so: ``registry`` or ``engine``.

    The registry's manifest counts where the image was pushed. Else the engine's layers are compressed as it would do
    for a push, with gzip's usual effort; each layer once a machine.

    Args:
        reference: an image that the engine has.
    """
    pushed = in_registry(reference)
    return (pushed, "registry") if pushed is not None else (_in_engine(reference), "engine")


def in_registry(reference: str) -> int | None:
    """Bytes of an image as compressed layers by its registry's manifest, or None where the registry lacks it."""
    ours = f"linux/{ARCHITECTURES.get(platform.machine(), platform.machine())}"
    try:
        manifest = json.loads(process.run([tools.path("crane"), "manifest", "--platform", ours, reference]))
    except UserError:
        return None
    return sum(int(layer["size"]) for layer in manifest["layers"])


def _in_engine(reference: str) -> int:
    image = engine.client().images.get(reference)
    layers = image.attrs["RootFS"]["Layers"]
    known: dict[str, int] = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
    if not known.keys() >= set(layers):
        with step(f"compress the layers of {reference.rsplit('/', 1)[-1]}"):
            known |= dict(zip(layers, compressed_layers(image.save(CHUNK)), strict=True))
        KNOWN.parent.mkdir(parents=True, exist_ok=True)
        KNOWN.write_text(json.dumps(known))
    return sum(known[layer] for layer in layers)


def compressed_layers(archive: Iterable[bytes]) -> list[int]:
    """Bytes of each layer in what ``docker save`` writes, compressed, lowest first.

    Args:
        archive: the tar file in pieces, as the engine sends it; nothing of it is kept.
    """
    sizes: dict[str, int] = {}
    links: dict[str, str] = {}  # a layer that an image has twice, often an empty one
    with opened(archive) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if member.name == "manifest.json" and file:
                (manifest,) = json.load(file)
            elif file:
                sizes[member.name] = _compressed(file)
            elif member.issym():
                links[member.name] = normpath(f"{member.name}/../{member.linkname}")
    return [sizes[links.get(name, name)] for name in manifest["Layers"]]


def _compressed(file: IO[bytes]) -> int:
    gzip = zlib.compressobj(wbits=31)
    size = sum(len(gzip.compress(chunk)) for chunk in iter(lambda: file.read(CHUNK), b""))
    return size + len(gzip.flush())


def opened(pieces: Iterable[bytes]) -> tarfile.TarFile:
    """A tar file that the engine sends piece by piece, to be read once, from its begin to its end."""
    return tarfile.open(fileobj=cast("IO[bytes]", Stream(pieces)), mode="r|")


class Stream:
    """What the engine sends piece by piece, for ``tarfile`` to read as a stream.

    Args:
        pieces: bytes, each as long as it likes.

    Example:
        >>> stream = Stream([b"ab", b"", b"c"])
        >>> stream.read(), stream.read(), stream.read()
        (b'ab', b'c', b'')
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = filter(None, pieces)

    def read(self, _size: int = -1) -> bytes:
        """The next piece whatever its size, which is all that tarfile's streams ask for; nothing at the end."""
        return next(self._pieces, b"")
