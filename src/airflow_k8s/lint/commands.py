"""The command ``airflow-k8s lint``."""

import os
import sys
from pathlib import Path

import click

from airflow_k8s.errors import UserError
from airflow_k8s.lint import facts, reading, report, source, verdict
from airflow_k8s.lint.findings import Finding, Level
from airflow_k8s.options import registry_option


@click.command()
@click.argument("dags", nargs=-1, required=True, metavar="DAGS...", type=click.Path(path_type=Path))
@click.option(
    "--catalogue",
    envvar="AIRFLOW_K8S_CATALOGUE",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="What the platform offers: catalogue.json of its ConfigMap. Without, images and sizes are not judged.",
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="What the cluster has as DAG folder: teams are told by it. Without, the folder named, or that of the file.",
)
@click.option("--format", "style", type=click.Choice([*report.FORMATS]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="End with 1 for warnings, too.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="cores", help="At a time.")
def lint(
    *, dags: tuple[Path, ...], catalogue: Path | None, root: Path | None, style: str, strict: bool, jobs: int
) -> None:
    """Judge DAG files, or all below folders, before they are deployed: the cluster's own words, and what costs time.

    The files are read with Airflow's own code, each in a process that has no network and starts no programs: what a
    file tries to do there is told and not done. Ends with 1 when the cluster would refuse something.
    """
    for path in filter(None, (*dags, catalogue)):
        if not path.exists():
            raise UserError(f"There is no {path}.", "It was named on the command line.", "Name what is there.")
    reading.prepare(catalogue)
    found, files, number = _judge(dags, root, jobs)
    click.echo(report.FORMATS[style](found), nl=bool(found) or style != "text")
    if style == "text":
        judged = "" if catalogue else " Images and sizes were not judged: name a --catalogue."
        click.echo(report.summary(files, number, found) + judged)
    sys.exit(any(strict or one.level is Level.ERROR for one in found))


def _judge(dags: tuple[Path, ...], bundle: Path | None, jobs: int) -> tuple[list[Finding], int, int]:
    """Findings, number of files, number of DAGs."""
    found: list[Finding] = []
    files = number = 0
    for path in dags:
        root = (bundle or (path if path.is_dir() else path.parent)).resolve()
        # Airflow's own choice of files: .airflowignore, and no file that names neither Airflow nor a DAG.
        texts = {Path(name): Path(name).read_text(errors="replace") for name in sorted(_dag_files(path.resolve()))}
        reading.preload(one.module for text in texts.values() for one in source.imports(text))
        for read in reading.read_all(texts, root, jobs):
            files, number = files + 1, number + read.dags
            found += verdict.findings(read, texts[read.file], root, facts.load())
    return sorted(_shown(one) for one in found), files, number


def _dag_files(path: Path) -> list[str]:
    from airflow.dag_processing.importers import get_importer_registry  # noqa: PLC0415 - after prepare

    return get_importer_registry().list_dag_files(path)


def _shown(one: Finding) -> Finding:
    return Finding(os.path.relpath(one.file), one.line, one.level, one.rule, one.message)


@click.command(hidden=True)
@registry_option
def lint_facts(registry: str) -> None:
    """Measure in the built images what lint knows of modules, and write it beside lint's code."""
    from airflow_k8s.images import engine  # noqa: PLC0415 - the Docker SDK
    from airflow_k8s.lint import measure  # noqa: PLC0415

    images = [engine.resolve(name, registry) for name in ("base", "python-data")]
    measure.write(measure.measure(engine.client(), images[0], (images[1],)))
