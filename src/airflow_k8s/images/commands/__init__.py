"""The commands ``airflow-k8s images …``: each module holds a few that belong together; they parse, call, and print."""

import click

from airflow_k8s.images.commands import bench, build, judge, lock, look, new, supply


@click.group()
def images() -> None:
    """Build, publish, lock and explain the images of images/catalogue.yaml."""


MODULES = (build, new, judge, lock, look, bench, supply)

for command in (command for module in MODULES for command in module.COMMANDS):
    images.add_command(command)
