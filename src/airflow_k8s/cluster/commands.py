"""The commands ``airflow-k8s cluster …``: parse, call, print."""

import json
import sys
from pathlib import Path

import click

from airflow_k8s.cluster import dags as dag_files
from airflow_k8s.cluster import doctor as machine
from airflow_k8s.cluster import kind
from airflow_k8s.cluster import tools as programs
from airflow_k8s.errors import UserError
from airflow_k8s.options import port_option
from airflow_k8s.paths import DAGS, KUBECONFIG
from airflow_k8s.progress import console


@click.group()
def cluster() -> None:
    """A Kubernetes cluster on this machine, made by kind, with a registry beside it."""


@cluster.command()
@port_option
def up(port: int) -> None:
    """Make the cluster, or bring it back; changes nothing where it runs.

    Installs and starts a Docker engine where none answers and this is root on Debian or Ubuntu.
    """
    kind.up(port)
    console.print(f"The cluster {kind.NAME} runs. Reach it with: export KUBECONFIG={KUBECONFIG}", soft_wrap=True)


@cluster.command()
def down() -> None:
    """Remove the cluster with everything that runs in it. Images and tools stay."""
    kind.down()
    console.print(f"There is no cluster {kind.NAME} any more.")


@cluster.command()
@port_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def doctor(port: int, as_json: bool) -> None:
    """Look at this machine: engine, disk, ports, tools, registries. Changes nothing.

    Exits with 1 where something stands in the way of `up`.
    """
    findings = machine.examine(port)
    if as_json:
        print(json.dumps(machine.as_json(findings), indent=2))  # noqa: T201
    else:
        console.print(machine.table(findings))
    sys.exit(any(finding.verdict == "bad" for finding in findings))


@cluster.command()
@click.argument("directories", nargs=-1, type=click.Path(path_type=Path), metavar="[DIRECTORY]...")
def dags(directories: tuple[Path, ...]) -> None:
    """Put the DAG files of each DIRECTORY on the cluster, and remove others; without one, those of this checkout."""
    names = dag_files.sync(*(directories or DAGS))
    console.print(f"{len(names)} files are on the volume `dags`.")


@cluster.command()
@click.argument("names", nargs=-1, metavar="[TOOL]...")
def tools(names: tuple[str, ...]) -> None:
    """Get TOOLs ready and print where they are; all that the commands use, where none is named.

    Each is taken from PATH where it is new enough, else built from its Go module, else fetched with its checksum.
    """
    unknown = [name for name in names if name not in programs.TOOLS_BY_NAME]
    if unknown:
        raise UserError(
            f"There is no tool {unknown[0]!r}.",
            "cluster/go.mod does not have it.",
            f"Name one of: {', '.join(programs.TOOLS_BY_NAME)}.",
        )
    wanted = names or programs.PEOPLE_USE
    programs.ensure(*wanted)
    for name in wanted:
        click.echo(programs.path(name))


@cluster.command()
def kubeconfig() -> None:
    """Print the path of the cluster's kubeconfig: export KUBECONFIG=$(airflow-k8s cluster kubeconfig)."""
    if not KUBECONFIG.exists():
        raise UserError("There is no kubeconfig.", "No cluster was made here.", "Run `airflow-k8s cluster up` first.")
    click.echo(KUBECONFIG)
