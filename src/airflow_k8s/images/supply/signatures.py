"""Sign the images of the catalogue in their registry, and say of each what its signatures are worth."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from airflow_k8s.errors import UserError
from airflow_k8s.images import publish
from airflow_k8s.images.plan import Planned
from airflow_k8s.images.supply import cosign, provenance, sbom
from airflow_k8s.progress import step


@dataclass(frozen=True)
class Checked:
    """What verifying an image said."""

    image: str
    digest: str
    signed_by: str = ""
    """Fingerprint of the key; empty where the signature does not hold."""
    packages: int = 0
    """How many its attested bill of materials names."""
    problems: tuple[str, ...] = field(default_factory=tuple)

    @property
    def good(self) -> bool:
        """Whether signature, bill and provenance all hold."""
        return not self.problems


def sign(image: Planned, registry: str, key: Path) -> Checked:
    """Sign an image in its registry and attest its bill of materials and provenance; one that is signed stays so.

    Raises:
        UserError: it is not in the registry, or not in the engine, or the key cannot be used.
    """
    with TemporaryDirectory(prefix="airflow-k8s-") as folder:
        public = Path(folder) / "cosign.pub"
        public.write_text(cosign.public_key(key))
        before = verify(image, registry, public)
        if before.good:
            return before
        _sign(image, _subject(image, registry), key, Path(folder))
        return verify(image, registry, public)


def verify(image: Planned, registry: str, public: Path) -> Checked:
    """Whether an image in its registry is signed with a key, has a bill, and was made from this checkout.

    Raises:
        UserError: there is no such key, or the registry does not answer.
    """
    if not public.is_file():
        raise UserError(f"There is no key {public}.", "Verifying takes the public key.", "Ask who signs for it.")
    digest = publish.digest(image.reference(registry))
    if digest is None:
        return Checked(image.name, "", problems=(f"{registry} does not have {image.tag}",))
    subject, key = f"{image.repository(registry)}@{digest}", fingerprint(public.read_text())
    try:
        cosign.verify(subject, public)
    except UserError as refused:
        return Checked(image.name, digest, problems=(reason(refused.why),))
    packages, problems = _bill(subject, public), _provenance(subject, public, image)
    missing = () if packages else ("no bill of materials is attested with this key",)
    return Checked(image.name, digest, key, packages, (*missing, *problems))


def fingerprint(pem: str) -> str:
    r"""The SHA-256 by which people compare public keys.

    Example:
        >>> fingerprint("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")[:23]
        'SHA256:709e80c88487a241'
    """
    import base64  # noqa: PLC0415

    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    return f"SHA256:{hashlib.sha256(base64.b64decode(body)).hexdigest()}"


def reason(said: str) -> str:
    """Why a signature does not hold, from what cosign said.

    Example:
        >>> reason("Error: no signatures found")
        'it is not signed: pushed by somebody else, or changed since'
        >>> reason("Error: no matching signatures: invalid signature when validating ASN.1 encoded signature")
        'it is signed, but not with this key'
    """
    if "no signatures found" in said:
        return "it is not signed: pushed by somebody else, or changed since"
    if "invalid signature" in said or "no matching" in said:
        return "it is signed, but not with this key"
    return said.strip().splitlines()[-1].strip(" |")


def _subject(image: Planned, registry: str) -> str:
    digest = publish.digest(image.reference(registry))
    if digest is None:
        raise UserError(
            f"{image.reference(registry)} cannot be signed.",
            "A signature is kept beside the image, and the registry does not have it.",
            "Run `airflow-k8s images push` first.",
        )
    return f"{image.repository(registry)}@{digest}"


def _sign(image: Planned, subject: str, key: Path, folder: Path) -> None:
    statement = folder / "provenance.json"
    statement.write_text(json.dumps(provenance.predicate(image, provenance.commit_of())))
    with step(f"sign {image.name}"):
        bill = sbom.write(subject, folder=folder)
        cosign.sign(subject, key, {cosign.SBOM_TYPE: bill, cosign.PROVENANCE_TYPE: statement})


def _bill(subject: str, public: Path) -> int:
    try:
        bills = cosign.attested(subject, public, cosign.SBOM_TYPE)
    except UserError:
        return 0
    return max((len(bill.get("packages", [])) for bill in bills), default=0)


def _provenance(subject: str, public: Path, image: Planned) -> Iterator[str]:
    try:
        told = cosign.attested(subject, public, cosign.PROVENANCE_TYPE)
    except UserError:
        yield "no provenance is attested with this key"
        return
    changed = [provenance.differences(one, image) for one in told]
    if all(changed):
        yield f"it was made from other files than this checkout's: {', '.join(changed[-1])}"
