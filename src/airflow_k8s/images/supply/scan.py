"""Scan images: bills, database and policy file brought together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from airflow_k8s.errors import UserError
from airflow_k8s.images.supply import bill, osv, policy, sbom
from airflow_k8s.paths import ROOT
from airflow_k8s.progress import step

POLICY = ROOT / "images" / "accepted.yaml"
OURS = [bill.ECOSYSTEMS[kind] for kind in bill.KINDS]
STALE = 7
"""Days after which a database is called old: Debian and PyPI advisories come daily."""


@dataclass(frozen=True)
class Scanned:
    """What a scan came to."""

    judged: tuple[policy.Judged, ...]
    removable: tuple[policy.Accepted, ...]
    """Acceptances of what was not found in any of the images."""
    published: date | None
    """The day of the oldest archive in the database."""
    limit: policy.Severity

    @property
    def good(self) -> bool:
        """Whether nothing was found that is bad and not accepted."""
        return not any(one.fails for one in self.judged)


def scan(references: Iterable[str], database: Path, rules: policy.Policy, today: date) -> Scanned:
    """Look up what images hold in a vulnerability database, and judge what is found.

    Args:
        references: images that the engine has.
        database: a folder in OSV's layout.
        rules: what is accepted until when.
        today: the day on which acceptances must hold.

    Raises:
        UserError: an image or a part of the database is missing.
    """
    if osv.published(database) is None:  # known before a bill is written, which takes longer
        osv.require(database, OURS)
    found = [finding for reference in references for finding in _scan_one(reference, database)]
    judged = policy.judge(found, rules, today)
    return Scanned(tuple(judged), tuple(policy.removable(found, rules)), osv.published(database), rules.fail_from)


def load(path: Path = POLICY) -> policy.Policy:
    """Read a policy file; an empty one accepts nothing.

    Raises:
        UserError: it is missing, no YAML, or says something that is not known.
    """
    try:
        return policy.Policy.model_validate(yaml.safe_load(path.read_text()) or {})
    except FileNotFoundError as missing:
        raise UserError(f"There is no policy file {path}.", "It was asked for.", "Mend the path.") from missing
    except yaml.YAMLError as wrong:
        raise UserError(f"{path.name} is no YAML.", f"{wrong}.", "Mend it.") from wrong
    except ValidationError as invalid:
        raise _in_words(invalid, path.name) from invalid


def _scan_one(reference: str, database: Path) -> list[policy.Finding]:
    name = sbom.short_name(reference)
    with step(f"scan {name}"):
        return osv.scan(name, bill.packages(sbom.read(reference)), database)


def _in_words(invalid: ValidationError, file: str) -> UserError:
    error = invalid.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    return UserError(
        f"{file}: `{place}` is wrong.",
        f"{error['msg']}.",
        "An entry of `accepted` has id, until (a day, 2027-01-31), reason, owner, and perhaps package.",
    )
