"""What every command can be told: where images go, and where Airflow is published. An option wins over its variable."""

import os
from collections.abc import Callable

import click

REGISTRY = "AIRFLOW_K8S_REGISTRY"
PORT = "AIRFLOW_K8S_PORT"
DEFAULTS = {REGISTRY: "localhost:5001", PORT: "8080"}


def registry() -> str:
    """The registry that images go to and nodes pull from, as ``host:port``, perhaps with a path behind it."""
    return os.environ.get(REGISTRY) or DEFAULTS[REGISTRY]


def port() -> int:
    """The port of this machine on which Airflow is published, on 127.0.0.1."""
    return int(os.environ.get(PORT) or DEFAULTS[PORT])


def _told(variable: str) -> Callable[[click.Context, click.Parameter, object], object]:
    """Let what was given as an option count for all code, also for what asks the functions above."""

    def export(_context: click.Context, _parameter: click.Parameter, value: object) -> object:
        os.environ[variable] = str(value)
        return value

    return export


registry_option = click.option(
    "--registry",
    envvar=REGISTRY,
    default=DEFAULTS[REGISTRY],
    show_default=True,
    show_envvar=True,
    callback=_told(REGISTRY),
    help="Registry (and path in it) that the images' names begin with.",
)
port_option = click.option(
    "--port",
    envvar=PORT,
    default=DEFAULTS[PORT],
    show_default=True,
    show_envvar=True,
    type=click.IntRange(1, 65535),
    callback=_told(PORT),
    help="Port of this machine on which Airflow is published, on 127.0.0.1.",
)
