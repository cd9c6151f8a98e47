"""Sign what lies in a registry and verify it, by cosign with a key pair, asking no service of the internet.

Signatures and attestations are Sigstore bundles beside the image in its registry; there is no transparency log.
Source: https://docs.sigstore.dev/cosign
"""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError

PASSWORD = "COSIGN_PASSWORD"  # noqa: S105  (the variable's name)
SBOM_TYPE, PROVENANCE_TYPE = "spdxjson", "slsaprovenance1"

NO_SERVICES = {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"}
NO_ROOTS = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}
"""Neither certificate authority nor log nor clock: the key alone. Without these files cosign 3 asks the public ones."""


def sign(subject: str, key: Path, predicates: dict[str, Path]) -> None:
    """Sign an image and attest what is known of it.

    Args:
        subject: the image by digest, ``registry/name@sha256:…``.
        key: the private key; its password is taken from COSIGN_PASSWORD.
        predicates: what is attested: type as cosign calls it, and the file.

    Raises:
        UserError: the key cannot be opened, or the registry takes no signature.
    """
    require_password(key)
    with _services() as options:
        _run("sign", *options, "--key", key, "--yes", subject)
        for kind, predicate in predicates.items():
            _run("attest", *options, "--key", key, "--yes", "--type", kind, "--predicate", predicate, subject)


def require_password(key: Path) -> None:
    """See to it that cosign can open a private key without asking.

    Raises:
        UserError: there is no such file, or COSIGN_PASSWORD is not set.
    """
    if not key.is_file():
        raise UserError(
            f"There is no key {key}.",
            "Signing takes a private key of cosign's own making.",
            "Make a pair with `cosign generate-key-pair`, and keep cosign.key where only the signer reads it.",
        )
    if PASSWORD not in os.environ:
        raise UserError(
            f"The key {key} needs a password.",
            f"It is taken from {PASSWORD} alone, so that no list of processes and no log shows it.",
            f"Set it: read -rs {PASSWORD} && export {PASSWORD} (empty for a key without).",
        )


def public_key(key: Path) -> str:
    """The public half of a private key, as PEM."""
    require_password(key)
    return _run("public-key", "--key", key)


def verify(subject: str, public: Path) -> None:
    """See to it that an image is signed with a key.

    Raises:
        UserError: it is not; `why` is cosign's reason.
    """
    _run("verify", "--key", public, "--insecure-ignore-tlog", subject)


def attested(subject: str, public: Path, kind: str) -> list[dict[str, Any]]:
    """What was attested of an image with a key, the predicates of one type.

    Raises:
        UserError: nothing of that type was, or not with that key.
    """
    words = ("verify-attestation", "--key", public, "--insecure-ignore-tlog", "--type", kind, subject)
    return [_predicate(json.loads(line)) for line in _run(*words).splitlines() if line.startswith("{")]


def _predicate(envelope: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(base64.b64decode(envelope["payload"]))["predicate"])


@contextmanager
def _services() -> Iterator[tuple[str | Path, ...]]:
    with TemporaryDirectory(prefix="airflow-k8s-") as folder:
        config, root = Path(folder) / "services.json", Path(folder) / "roots.json"
        config.write_text(json.dumps(NO_SERVICES))
        root.write_text(json.dumps(NO_ROOTS))
        yield "--signing-config", config, "--trusted-root", root


def _run(*words: str | Path) -> str:
    return process.run([tools.path("cosign"), *words])
