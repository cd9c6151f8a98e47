"""Match the packages of images with a vulnerability database in a folder, by osv-scanner, without any network.

The folder has OSV's own layout: ``<ecosystem>/all.zip``, as https://osv-vulnerabilities.storage.googleapis.com has it.
Source: https://google.github.io/osv-scanner/usage/offline-mode
"""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError
from airflow_k8s.images.supply.bill import ECOSYSTEMS, Package
from airflow_k8s.images.supply.policy import Finding

READS_FROM = ("osv-scalibr", "osv-scanner")
"""The folder below its database path in which osv-scanner looks: the first since 2.5, the second before."""

CLEAN, FOUND, NOTHING_TO_LOOK_AT = 0, 1, 128
"""Exit codes. Source: https://google.github.io/osv-scanner/output/#return-codes"""


def scan(image: str, packages: Iterable[Package], database: Path) -> list[Finding]:
    """The vulnerabilities that the database knows of an image's packages.

    Args:
        image: what the image is called in the findings.
        packages: what it holds.
        database: a folder in OSV's layout.

    Raises:
        UserError: the database lacks an ecosystem that the image has packages of, or cannot be read.
    """
    held = [package for package in packages if package.type in ECOSYSTEMS]
    require(database, {ECOSYSTEMS[package.type] for package in held})
    with TemporaryDirectory(prefix="airflow-k8s-") as scratch:
        bill = Path(scratch) / "image.cdx.json"
        bill.write_text(json.dumps(for_scanner(held)))
        for name in READS_FROM:
            (Path(scratch) / name).symlink_to(database.resolve(), target_is_directory=True)
        return list(findings(_run(bill, Path(scratch)), image))


def require(database: Path, ecosystems: Iterable[str]) -> None:
    """See to it that a database has these ecosystems.

    Raises:
        UserError: it has not; carries the command that fetches them.
    """
    missing = sorted(name for name in ecosystems if not (database / name / "all.zip").is_file())
    if missing:
        raise UserError(
            f"The vulnerability database {database} has nothing about {', '.join(missing)}.",
            "Nothing is fetched during a scan, so that it works without a network.",
            f"Fill it where there is one, and copy the folder: {fetching(database, missing)}",
        )


def fetching(database: Path, ecosystems: Iterable[str]) -> str:
    """The command that fetches what OSV knows of some ecosystems, with the times it was published.

    Example:
        >>> fetching(Path("osv"), ["CRAN", "PyPI"])
        'curl -fR --create-dirs -o "osv/#1/all.zip" "https://osv-vulnerabilities.storage.googleapis.com/{CRAN,PyPI}/all.zip"'
    """
    site = "https://osv-vulnerabilities.storage.googleapis.com"
    return f'curl -fR --create-dirs -o "{database}/#1/all.zip" "{site}/{{{",".join(ecosystems)}}}/all.zip"'


def published(database: Path) -> date | None:
    """The day of the oldest archive in a database; None where there is none."""
    times = [archive.stat().st_mtime for archive in database.glob("*/all.zip")]
    return datetime.fromtimestamp(min(times)).date() if times else None


def for_scanner(packages: Iterable[Package]) -> dict[str, Any]:
    """A bill for osv-scanner, in which Debian packages stand as the sources that Debian's advisories speak of.

    osv-scanner takes the name in a package URL for the source's, so libssl3t64 would never be found vulnerable.

    Example:
        >>> ssl = Package("deb", "libssl3t64", "3.5.1-1+b1", "openssl", "3.5.1-1", "debian-13.7")
        >>> for_scanner([ssl])["components"][0]["purl"]
        'pkg:deb/debian/openssl@3.5.1-1?distro=debian-13'
    """
    urls = {_url(package): package for package in packages}
    components = [
        {"type": "library", "name": package.source or package.name, "purl": url} for url, package in urls.items()
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def findings(report: Mapping[str, Any], image: str) -> Iterator[Finding]:
    """What osv-scanner's JSON report says, a finding for each vulnerability of each package."""
    for entry in (entry for result in report.get("results") or [] for entry in result["packages"]):
        package, told = entry["package"], {one["id"]: one for one in entry.get("vulnerabilities", [])}
        for group in entry.get("groups", []):
            advisories = [told[name] for name in group["ids"] if name in told]
            yield Finding(
                ids=tuple(dict.fromkeys([*group["ids"], *(group.get("aliases") or [])])),
                ecosystem=package["ecosystem"],
                package=package["name"],
                installed=package["version"],
                fixed=", ".join(dict.fromkeys(_fixes(advisories, package))),
                score=float(group["max_severity"]) if group.get("max_severity") else None,
                image=image,
            )


def _url(package: Package) -> str:
    if package.type == "deb":
        release = package.distribution.partition(".")[0]
        return f"pkg:deb/debian/{package.source}@{package.source_version}?distro={release}"
    return f"pkg:{package.type}/{package.name}@{package.version}"


def _fixes(advisories: Iterable[Mapping[str, Any]], package: Mapping[str, str]) -> Iterator[str]:
    for affected in (one for advisory in advisories for one in advisory.get("affected", [])):
        about = affected.get("package", {})
        if (about.get("name"), about.get("ecosystem")) == (package["name"], package["ecosystem"]):
            events = (event for ranges in affected.get("ranges", []) for event in ranges["events"])
            yield from (event["fixed"] for event in events if "fixed" in event)


def _run(bill: Path, databases: Path) -> dict[str, Any]:
    words: list[str | Path] = [tools.path("osv-scanner"), "scan", "source", "--offline", "--local-db-path", databases]
    words += ["--format", "json", "--lockfile", bill]
    done = subprocess.run(words, text=True, capture_output=True, check=False)
    if done.returncode not in (CLEAN, FOUND, NOTHING_TO_LOOK_AT):
        raise UserError(
            "The scan did not come to an end.",
            f"osv-scanner said: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'nothing'}",
            "An archive of the database may be damaged: fetch it again.",
        )
    return dict(json.loads(done.stdout or "{}"))
