"""What is accepted until when, and what that makes of a scan's findings. Pure: no disk, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """How bad a vulnerability is, as CVSS names the ranges of its score."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    def reaches(self, threshold: "Severity") -> bool:
        """Whether it is at least as bad as another."""
        order = list(Severity)
        return order.index(self) >= order.index(threshold)


def severity(score: float | None) -> Severity:
    """The name of a CVSS base score; without one it counts as high, for nobody has said that it is harmless.

    Source: https://www.first.org/cvss/v4.0/specification-document#Qualitative-Severity-Rating-Scale

    Example:
        >>> severity(9.8).value, severity(6.9).value, severity(None).value
        ('critical', 'medium', 'high')
    """
    if score is None:
        return Severity.HIGH
    limits = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
    return next((name for limit, name in limits if score >= limit), Severity.LOW)


@dataclass(frozen=True)
class Finding:
    """A vulnerability of a package in an image."""

    ids: tuple[str, ...]
    """Its names; the first is the one that is shown."""
    ecosystem: str
    package: str
    installed: str
    fixed: str
    """The first version without it; empty where there is none yet."""
    score: float | None
    image: str

    @property
    def severity(self) -> Severity:
        """The name of its score."""
        return severity(self.score)


class Accepted(BaseModel):
    """A vulnerability that somebody answers for until a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    until: date
    """The last day on which it is accepted."""
    reason: str
    owner: str
    package: str | None = None
    """Only in this package; none: wherever it is found."""

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of a finding."""
        return self.id in finding.ids and self.package in (None, finding.package)


class Policy(BaseModel):
    """The policy file: how bad is too bad, and what is accepted nevertheless."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fail_from: Severity = Severity.HIGH
    accepted: tuple[Accepted, ...] = ()


class Verdict(StrEnum):
    """What becomes of a finding."""

    FAILS = "not accepted"
    EXPIRED = "acceptance expired"
    ACCEPTED = "accepted"
    BELOW = "below the limit"


@dataclass(frozen=True)
class Judged:
    """A finding, what becomes of it, and who accepted it."""

    finding: Finding
    verdict: Verdict
    acceptance: Accepted | None = None

    @property
    def fails(self) -> bool:
        """Whether the scan fails by it."""
        return self.verdict in (Verdict.FAILS, Verdict.EXPIRED)


def judge(findings: Iterable[Finding], policy: Policy, today: date) -> list[Judged]:
    """What becomes of each finding, the worst first.

    Example:
        >>> found = Finding(("CVE-2026-1",), "PyPI", "pandas", "3.1.1", "3.1.2", 9.8, "base")
        >>> waived = Accepted(id="CVE-2026-1", until=date(2026, 12, 1), reason="Not reachable.", owner="data platform")
        >>> [judge([found], Policy(accepted=(waived,)), day)[0].verdict.value for day in (date(2026, 12, 1), date(2026, 12, 2))]
        ['accepted', 'acceptance expired']
    """  # noqa: E501  (the example is one line)
    judged = [_judge_one(finding, policy, today) for finding in findings]
    order = list(Verdict)
    return sorted(judged, key=lambda one: (order.index(one.verdict), -(one.finding.score or 0), one.finding.ids))


def removable(findings: Iterable[Finding], policy: Policy) -> list[Accepted]:
    """Acceptances of what was not found: nobody need answer for it any more."""
    found = list(findings)
    return [accepted for accepted in policy.accepted if not any(map(accepted.covers, found))]


def _judge_one(finding: Finding, policy: Policy, today: date) -> Judged:
    if not finding.severity.reaches(policy.fail_from):
        return Judged(finding, Verdict.BELOW)
    covering = [accepted for accepted in policy.accepted if accepted.covers(finding)]
    if not covering:
        return Judged(finding, Verdict.FAILS)
    longest = max(covering, key=lambda accepted: accepted.until)
    return Judged(finding, Verdict.ACCEPTED if today <= longest.until else Verdict.EXPIRED, longest)
