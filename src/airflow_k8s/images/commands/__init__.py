"""The commands ``airflow-k8s images …``: each module holds a few that belong together; they parse, call, and print."""

import click

from airflow_k8s.images.commands import bench, build, lock, look, new, supply


@click.group()
def images() -> None:
    """Build, publish, lock and explain the images of images/catalogue.yaml."""


for command in (*build.COMMANDS, *new.COMMANDS, *lock.COMMANDS, *look.COMMANDS, *bench.COMMANDS, *supply.COMMANDS):
    images.add_command(command)
