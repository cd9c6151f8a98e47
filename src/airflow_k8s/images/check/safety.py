"""Rules about what an image should not hold."""

import re
from collections.abc import Iterator

from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Facts
from airflow_k8s.images.check.rules import Answer, bad, disk, good, rule, some, weak
from airflow_k8s.images.check.system import read

DEBIANS = {"chage", "chfn", "chsh", "expiry", "gpasswd", "mount", "newgrp", "passwd", "su", "umount", "unix_chkpwd"}
"""Programs that Debian itself lets run with their owner's rights; a pod gives them none."""

SECRET_NAME = re.compile(
    r"(?:PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|FERNET|PRIVATE)_?KEY)(?:_?ID)?=[\"']?(?![/$\"'])\S"
)
"""A variable that is called like a secret, and holds something that is no path and no other variable."""

DETECTORS = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "GitHubTokenDetector"),
    *("GitLabTokenDetector", "JwtTokenDetector", "KeywordDetector", "NpmDetector", "PrivateKeyDetector"),
    *("PypiTokenDetector", "SlackDetector", "StripeDetector"),
)
"""Those of detect-secrets that know a secret by its shape; those that measure randomness find every checksum."""

A_LOT = 5_000_000
"""Bytes of caches that are worth a word."""


@rule(needs=disk)
def setuid(facts: Facts, _expected: Expected) -> Answer:
    """A pod gives no program its owner's rights; one that needs them does not work there."""
    found = [path for path in read(facts).setuid if path.rsplit("/", 1)[-1] not in DEBIANS]
    if not found:
        return good("No program runs with its owner's rights")
    return bad(f"{some(found)} runs with its owner's rights", "Take them: `chmod a-s FILE`.")


@rule(needs=disk)
def compilers(facts: Facts, _expected: Expected) -> Answer:
    """They are heavy, and of use to those who break in."""
    found = read(facts).compilers
    if not found:
        return good("It holds nothing to build with")
    return weak(f"It holds {some(found)}", "Build in a stage of its own, and copy what was built.")


@rule(needs=disk)
def caches(facts: Facts, _expected: Expected) -> Answer:
    """Every node pulls them, nobody reads them."""
    size = read(facts).caches
    if size < A_LOT:
        return good("Package managers left nothing behind")
    return weak(
        f"Package managers left {size / 1e6:.0f} MB behind",
        "Mount their caches (`RUN --mount=type=cache`), or delete them in the same RUN.",
    )


@rule()
def secrets(facts: Facts, _expected: Expected) -> Answer:
    """Whoever can pull the image reads its variables, its history and its files."""
    found = [where for where, line in lines(facts) if is_secret(line)]
    if not found:
        return good("No secret was found in its variables, history and files")
    return bad(
        f"There is a secret in {some(sorted(set(found)))}",
        "Revoke it. Give builds theirs with `RUN --mount=type=secret`, and pods theirs from a Secret.",
    )


def lines(facts: Facts) -> Iterator[tuple[str, str]]:
    """Every line that may hold a secret, with the name of its place."""
    for name, value in facts.env.items():
        yield f"the variable {name}", f"{name}={value}"
    for step in facts.history:
        yield "the history of its build", step
    for path, words in (facts.disk.suspects if facts.disk else {}).items():
        for line in words.splitlines():
            yield path, line


def is_secret(line: str) -> bool:
    """Whether a line gives a secret away.

    Example:
        >>> is_secret("API_TOKEN=5f2a"), is_secret("TOKEN_FILE=/run/secrets/token"), is_secret("TOKEN=$CI_TOKEN")
        (True, False, False)
    """
    from detect_secrets.core.scan import scan_line  # noqa: PLC0415  (heavy, and only for this)
    from detect_secrets.settings import transient_settings  # noqa: PLC0415

    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        return bool(SECRET_NAME.search(line.upper()) or list(scan_line(line)))
