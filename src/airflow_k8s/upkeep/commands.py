"""The commands ``airflow-k8s database …`` and ``airflow-k8s keys …``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from airflow_k8s.paths import KUBECONFIG
from airflow_k8s.progress import console
from airflow_k8s.upkeep import backup as dump
from airflow_k8s.upkeep import keys as rotation
from airflow_k8s.upkeep.release import Release


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which release: its name, its namespace, its cluster."""
    for option in (
        click.option("--kubeconfig", envvar="KUBECONFIG", show_envvar=True, default=str(KUBECONFIG), help=_CLUSTER),
        click.option("--namespace", default="airflow", show_default=True, help="Where the release is."),
        click.option("--release", default="airflow", show_default=True, help="The name that helm knows it by."),
    ):
        command = option(command)
    return command


_CLUSTER = "The file that leads to the cluster; default: this checkout's own."


@click.group()
def database() -> None:
    """Back up the bundled Postgres, and bring a backup back."""


@database.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@release_options
def backup(file: Path, release: str, namespace: str, kubeconfig: str) -> None:
    """Write all of Airflow's database to FILE, while the platform goes on.

    Connections in it are encrypted with the Fernet key: keep a copy of the keys' Secret, elsewhere.
    """
    size = dump.backup(Release(release, namespace, kubeconfig), file)
    console.print(f"{file} is whole, {size / 1e6:.1f} MB. Keep the Secret with the keys, too, at another place.")


@database.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@release_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool, release: str, namespace: str, kubeconfig: str) -> None:
    """Put FILE in the place of what the database holds; refused while tasks run."""
    if not yes:
        click.confirm("What the database holds now will be lost, and the servers stop meanwhile. Go on?", abort=True)
    dump.restore(Release(release, namespace, kubeconfig), file)
    console.print(f"The database holds what {file} held. The servers start again.")


@click.group()
def keys() -> None:
    """Give a release new keys."""


@keys.command()
@release_options
def rotate(release: str, namespace: str, kubeconfig: str) -> None:
    """Put new Fernet and JWT keys in the place of the old ones, while tasks run.

    Both are valid for as long as a task may hold a token of before: with the chart's values 31 minutes. May be cut off;
    run again, it goes on where it was.
    """
    rotation.rotate(Release(release, namespace, kubeconfig))
    console.print("The new keys are the only ones. Keep a copy of their Secret: older ones read no backup of now.")
