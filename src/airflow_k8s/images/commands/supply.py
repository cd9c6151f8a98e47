"""What others can check: sbom, sign, verify, scan."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from airflow_k8s.images.commands.output import json_option, names_argument, print_json
from airflow_k8s.options import registry_option
from airflow_k8s.paths import DIST, ROOT
from airflow_k8s.progress import console

if TYPE_CHECKING:
    from airflow_k8s.images.plan import Planned
    from airflow_k8s.images.supply.policy import Judged
    from airflow_k8s.images.supply.scan import Scanned
    from airflow_k8s.images.supply.signatures import Checked

file_option = click.Path(path_type=Path, dir_okay=False)
references_argument = click.argument("references", nargs=-1, metavar="[NAME|REF]...")


@click.command()
@references_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["spdx-json", "cyclonedx-json"]),
    default="spdx-json",
    show_default=True,
    help="The standard that the file follows.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=DIST / "sboms",
    show_default="dist/sboms",
    help="Folder that the files are written to.",
)
@registry_option
@json_option
def sbom(references: tuple[str, ...], form: str, output: Path, registry: str, as_json: bool) -> None:
    """Write the bill of materials of all images, or of those given: every Python, R and Debian package.

    REF may be any image that the engine has.
    """
    from airflow_k8s.images.supply import bill, sbom  # noqa: PLC0415  (the Docker SDK, only where it is used)

    rows: dict[str, dict[str, Any]] = {}
    for reference in _resolved(references, registry):
        path = sbom.write(reference, form, output)
        rows[sbom.short_name(reference)] = {
            "reference": reference,
            "file": str(path),
            "packages": bill.count(bill.packages(sbom.read(reference))),
        }
    if as_json:
        print_json(rows)
        return
    table = Table("image", "file", "packages")
    for name, row in rows.items():
        table.add_row(name, str(row["file"]), ", ".join(f"{n} {kind}" for kind, n in row["packages"].items() if n))
    console.print(table)


@click.command()
@names_argument
@click.option("--key", type=file_option, required=True, help="Private key of cosign; its password: COSIGN_PASSWORD.")
@registry_option
@json_option
def sign(names: tuple[str, ...], key: Path, registry: str, as_json: bool) -> None:
    """Sign all pushed images, or those NAMED, and attest their bill of materials and provenance. Works offline."""
    from airflow_k8s.images.supply import signatures  # noqa: PLC0415  (see sbom)

    _tell_checked([signatures.sign(image, registry, key) for image in _planned(names)], as_json)


@click.command()
@names_argument
@click.option("--key", type=file_option, required=True, help="Public key of who signs.")
@registry_option
@json_option
def verify(names: tuple[str, ...], key: Path, registry: str, as_json: bool) -> None:
    """Say of all images, or of those NAMED, who signed them and whether they were made from this checkout.

    Exits with 1 where a signature, a bill of materials or a provenance does not hold.
    """
    from airflow_k8s.images.supply import signatures  # noqa: PLC0415  (see sbom)

    _tell_checked([signatures.verify(image, registry, key) for image in _planned(names)], as_json)


@click.command()
@references_argument
@click.option(
    "--database",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    envvar="AIRFLOW_K8S_VULNERABILITIES",
    show_envvar=True,
    help="Folder with OSV's archives, as <ecosystem>/all.zip; nothing is fetched.",
)
@click.option(
    "--policy",
    type=file_option,
    default=ROOT / "images" / "accepted.yaml",
    show_default="images/accepted.yaml",
    help="What is accepted until when.",
)
@click.option(
    "--severity",
    type=click.Choice(["low", "medium", "high", "critical"]),
    help="Fail from this on, whatever the policy file says.",
)
@registry_option
@json_option
def scan(
    references: tuple[str, ...], *, database: Path, policy: Path, severity: str | None, registry: str, as_json: bool
) -> None:
    """Look up what all images hold, or those given, in a vulnerability database. Works offline.

    Exits with 1 where something is found that is severe and not accepted, or accepted no longer.
    """
    from airflow_k8s.images.supply import scan  # noqa: PLC0415  (see sbom)
    from airflow_k8s.images.supply.policy import Severity  # noqa: PLC0415

    rules = scan.load(policy)
    if severity:
        rules = rules.model_copy(update={"fail_from": Severity(severity)})
    done = scan.scan(_resolved(references, registry), database, rules, date.today())
    _tell_scanned(done, policy.name, as_json)
    sys.exit(not done.good)


def _resolved(references: Iterable[str], registry: str) -> list[str]:
    from airflow_k8s.images import engine  # noqa: PLC0415  (see sbom)

    if not references:
        return [image.reference(registry) for image in _planned(())]
    return [engine.resolve(reference, registry) for reference in references]


def _planned(names: Iterable[str]) -> "list[Planned]":
    """The images that people use: what only builds use is in no registry, so nothing is said of it."""
    from airflow_k8s.images import catalogue  # noqa: PLC0415  (see sbom)
    from airflow_k8s.images.plan import plan  # noqa: PLC0415

    known, wanted = catalogue.load(), tuple(names)
    known.wanted(wanted)  # refuses a name that the catalogue does not have
    images = plan(known, catalogue.airflow_version())
    return [image for image in images if image.name in wanted or not (wanted or known.images[image.name].builder)]


def _tell_checked(checked: "list[Checked]", as_json: bool) -> None:
    if as_json:
        print_json([{**vars(one), "good": one.good} for one in checked])
    else:
        table = Table("image", "", "finding")
        for one in checked:
            table.add_row(one.image, "[green]✓[/]" if one.good else "[red]✗[/]", _sentence(one))
        console.print(table)
    sys.exit(not all(one.good for one in checked))


def _sentence(one: "Checked") -> str:
    if not one.good:
        return "; ".join(one.problems)
    return f"Signed by {one.signed_by[:19]}…, bill of {one.packages} packages, made from this checkout."


def _tell_scanned(done: "Scanned", file: str, as_json: bool) -> None:
    if as_json:
        print_json(_scanned_as_json(done))
        return
    console.print(_findings_table(done.judged) if done.judged else "Nothing is known against what these images hold.")
    for one in done.removable:
        console.print(f"[yellow]•[/] {one.id} was not found: take it out of {file}.")
    warning = _age(done.published)
    if warning:
        console.print(f"[yellow]•[/] {warning}")


def _findings_table(judged: "Iterable[Judged]") -> Table:
    table = Table("vulnerability", "package", "installed", "fixed in", "severity", "image", "verdict")
    for column in table.columns:
        column.overflow = "fold"
    for one in judged:
        found, until = one.finding, f" until {one.acceptance.until}" if one.acceptance else ""
        colour = "red" if one.fails else "default"
        score = f" {found.score}" if found.score else ""
        shown = (
            found.ids[0],
            found.package,
            found.installed,
            found.fixed or "no version",
            f"{found.severity.value}{score}",
        )
        table.add_row(*shown, found.image, f"[{colour}]{one.verdict.value}{until}[/]")
    return table


def _age(published: date | None) -> str:
    from airflow_k8s.images.supply.scan import STALE  # noqa: PLC0415  (see sbom)

    days = (date.today() - published).days if published else 0
    return f"The database is {days} days old; what became known since is not in it." if days > STALE else ""


def _scanned_as_json(done: "Scanned") -> dict[str, Any]:
    return {
        "good": done.good,
        "fail_from": done.limit.value,
        "database": str(done.published),
        "findings": [
            {
                **vars(one.finding),
                "severity": one.finding.severity.value,
                "verdict": one.verdict.value,
                "acceptance": one.acceptance.model_dump(mode="json") if one.acceptance else None,
            }
            for one in done.judged
        ],
        "removable": [one.model_dump(mode="json") for one in done.removable],
    }


COMMANDS = (sbom, sign, verify, scan)
