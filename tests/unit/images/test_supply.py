"""Bills, policy, provenance and what their messages say; the real programs run in tests/scenarios."""

import json
from datetime import date
from pathlib import Path

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue
from airflow_k8s.images.plan import Planned, plan
from airflow_k8s.images.supply import bill, cosign, osv, provenance, sbom, scan, signatures
from airflow_k8s.images.supply.bill import Package
from airflow_k8s.images.supply.policy import Accepted, Finding, Policy, Severity, Verdict, judge, removable, severity
from airflow_k8s.images.tags import File
from airflow_k8s.paths import ROOT

TODAY = date(2026, 11, 22)


def found(name: str = "CVE-2026-1", score: float | None = 9.8, package: str = "pandas") -> Finding:
    return Finding((name, "GHSA-1"), "PyPI", package, "3.1.1", "3.1.2", score, "base")


def accepted(name: str = "CVE-2026-1", until: date = TODAY, package: str | None = None) -> Accepted:
    return Accepted(id=name, until=until, reason="Not reachable.", owner="data platform", package=package)


@pytest.mark.parametrize(
    ("acceptances", "verdict"),
    [
        ([], Verdict.FAILS),
        ([accepted()], Verdict.ACCEPTED),
        ([accepted("GHSA-1")], Verdict.ACCEPTED),
        ([accepted("CVE-2026-2")], Verdict.FAILS),
        ([accepted(package="pandas")], Verdict.ACCEPTED),
        ([accepted(package="numpy")], Verdict.FAILS),
        ([accepted(until=date(2026, 11, 21))], Verdict.EXPIRED),
        ([accepted(until=date(2026, 11, 21)), accepted(until=date(2026, 12, 1))], Verdict.ACCEPTED),
    ],
)
def test_a_finding_is_judged_by_who_accepted_it_until_when(acceptances: list[Accepted], verdict: Verdict) -> None:
    (judged,) = judge([found()], Policy(accepted=tuple(acceptances)), TODAY)
    assert judged.verdict is verdict
    assert judged.fails is (verdict in (Verdict.FAILS, Verdict.EXPIRED))


@pytest.mark.parametrize(
    ("score", "limit", "fails"),
    [(9.8, "high", True), (6.9, "high", False), (6.9, "medium", True), (0.1, "low", True), (None, "high", True)],
)
def test_what_is_less_severe_than_the_limit_does_not_fail(score: float | None, limit: str, fails: bool) -> None:
    (judged,) = judge([found(score=score)], Policy(fail_from=Severity(limit)), TODAY)
    assert judged.fails is fails


@pytest.mark.parametrize(("score", "name"), [(0.0, "low"), (4.0, "medium"), (7.0, "high"), (9.0, "critical")])
def test_a_score_has_the_name_that_cvss_gives_it(score: float, name: str) -> None:
    assert severity(score).value == name


def test_the_worst_comes_first() -> None:
    judged = judge([found(score=7.1), found(score=1.0), found(score=9.8)], Policy(), TODAY)
    assert [one.finding.score for one in judged] == [9.8, 7.1, 1.0]


def test_an_acceptance_of_what_was_not_found_is_removable() -> None:
    needed, unneeded = accepted(), accepted("CVE-2020-1")
    assert removable([found()], Policy(accepted=(needed, unneeded))) == [unneeded]


def test_our_own_policy_file_is_understood() -> None:
    assert scan.load().fail_from is Severity.HIGH


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("accepted: [", "is no YAML"),
        ("fail_from: hihg", "`fail_from` is wrong"),
        ("acepted: []", "`acepted` is wrong"),
        ("accepted: [{id: CVE-1, reason: x, owner: y}]", "`accepted.0.until` is wrong. Field required."),
        ("accepted: [{id: CVE-1, reason: x, owner: y, until: soon}]", "`accepted.0.until` is wrong"),
    ],
)
def test_a_wrong_policy_file_is_told_in_words(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "accepted.yaml").write_text(text)
    with pytest.raises(UserError, match=says):
        scan.load(tmp_path / "accepted.yaml")


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("pkg:pypi/SQLAlchemy@2.1.9", Package("pypi", "SQLAlchemy", "2.1.9")),
        ("pkg:cran/dplyr@1.1.4", Package("cran", "dplyr", "1.1.4")),
        ("pkg:npm/%40babel/core@7.0.0", Package("npm", "@babel/core", "7.0.0")),
        (
            "pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=amd64&distro=debian-13.7&upstream=glibc",
            Package("deb", "libc6", "2.41-12+deb13u1", "glibc", "2.41-12+deb13u1", "debian-13.7"),
        ),
        (
            "pkg:deb/debian/perl-base@5.40.1-6?distro=debian-13.7",
            Package("deb", "perl-base", "5.40.1-6", "perl-base", "5.40.1-6", "debian-13.7"),
        ),
    ],
)
def test_a_package_url_is_taken_apart(url: str, package: Package) -> None:
    assert bill.parse(url) == package


def test_two_packages_of_one_source_are_looked_up_once() -> None:
    libraries = [Package("deb", name, "3.5", "openssl", "3.5", "debian-13.7") for name in ("libssl3t64", "openssl")]
    assert [one["name"] for one in osv.for_scanner(libraries)["components"]] == ["openssl"]


def test_the_version_that_mends_it_is_that_of_the_same_package_and_release() -> None:
    def affected(ecosystem: str, fixed: str) -> dict[str, object]:
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
        return {"package": {"name": "openssl", "ecosystem": ecosystem}, "ranges": ranges}

    advisory = {"id": "DSA-1", "affected": [affected("Debian:12", "3.0"), affected("Debian:13", "3.5.8")]}
    entry = {
        "package": {"name": "openssl", "version": "3.5.7", "ecosystem": "Debian:13"},
        "vulnerabilities": [advisory],
        "groups": [{"ids": ["DSA-1"], "aliases": ["DSA-1", "CVE-1"], "max_severity": ""}],
    }
    (finding,) = osv.findings({"results": [{"packages": [entry]}]}, "base")
    assert (finding.ids, finding.fixed, finding.score) == (("DSA-1", "CVE-1"), "3.5.8", None)


def test_a_database_without_an_ecosystem_says_how_to_fetch_it(tmp_path: Path) -> None:
    (tmp_path / "PyPI").mkdir()
    (tmp_path / "PyPI" / "all.zip").touch()
    with pytest.raises(UserError, match=r"nothing about CRAN\..*/\{CRAN\}/all\.zip"):
        osv.require(tmp_path, ["PyPI", "CRAN"])


def test_a_database_that_is_not_there_says_how_to_fill_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing about CRAN, Debian, PyPI\..*/\{CRAN,Debian,PyPI\}/all\.zip"):
        scan.scan([], tmp_path / "none", Policy(), TODAY)


def image(content: bytes = b"FROM base", **args: str) -> Planned:
    return Planned("r-data", "3.3.2-0a1b", "base:3.3.2-2c3d", args, {"made": "here"}, (File("Dockerfile", content),))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (image(), image(), []),
        (image(), image(b"FROM other"), ["Dockerfile"]),
        (image(R="4.5"), image(R="4.6"), ["arguments"]),
    ],
)
def test_provenance_tells_what_is_not_as_in_this_checkout(before: Planned, after: Planned, changed: list[str]) -> None:
    attested = provenance.predicate(before, provenance.Commit("0a1b", clean=True))
    assert provenance.differences(json.loads(json.dumps(attested)), after) == changed


def test_provenance_of_something_else_matches_nothing() -> None:
    assert "tag" in provenance.differences({"builder": "somebody"}, image())


def test_provenance_names_every_file_and_nothing_of_this_machine() -> None:
    (base,) = (one for one in plan(catalogue.load(), catalogue.airflow_version()) if one.name == "base")
    told = provenance.predicate(base, provenance.commit_of())
    names = {material["name"] for material in told["buildDefinition"]["resolvedDependencies"]}
    assert names >= {file.path for file in base.files} | {"parent"}
    assert str(ROOT) not in json.dumps(told)


def test_a_checkout_without_git_has_no_commit(tmp_path: Path) -> None:
    assert provenance.commit_of(tmp_path) is None


def test_a_key_is_never_opened_without_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COSIGN_PASSWORD", raising=False)
    (tmp_path / "cosign.key").touch()
    with pytest.raises(UserError, match="COSIGN_PASSWORD"):
        cosign.require_password(tmp_path / "cosign.key")


@pytest.mark.parametrize("act", [cosign.require_password, lambda key: signatures.verify(image(), "localhost:1", key)])
def test_a_key_that_is_not_there_is_named(tmp_path: Path, act) -> None:
    with pytest.raises(UserError, match=r"There is no key .*cosign\.key"):
        act(tmp_path / "cosign.key")


def test_a_file_is_named_after_its_image() -> None:
    assert sbom.short_name("registry.example.org:5000/data/geo:2@sha256:0a1b") == "geo"
