"""The command ``airflow-k8s``; the make targets call it."""

import signal
import sys

import click
from docker.errors import DockerException
from rich.markup import escape

from airflow_k8s.bench.commands import bench
from airflow_k8s.cluster.commands import cluster
from airflow_k8s.errors import UserError
from airflow_k8s.images.commands import images
from airflow_k8s.lint.commands import lint, lint_facts
from airflow_k8s.options import port_option, registry_option
from airflow_k8s.progress import console
from airflow_k8s.upkeep.commands import database, keys
from airflow_k8s.values.commands import values


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Run Apache Airflow on Kubernetes: build its images, make a local cluster, install the chart."""


@commands.command()
@registry_option
@port_option
def up(registry: str, port: int) -> None:
    """From an empty machine to a running platform: tools, engine, images, cluster, chart, example DAGs.

    Safe to run again and to interrupt: what is done is skipped.
    """
    from airflow_k8s import up  # noqa: PLC0415 - the kubernetes client takes a second to import

    up.report(*up.bring_up(registry, port))


commands.add_command(images)
commands.add_command(cluster)
commands.add_command(lint)
commands.add_command(bench)
commands.add_command(values)
commands.add_command(database)
commands.add_command(keys)
commands.add_command(lint_facts)


def told(error: Exception) -> UserError:
    """What the machine refused in the middle of something, as a person is told it.

    Example:
        >>> print(told(OSError(28, "No space left on device", "/x")))
        This machine refused something. It said: [Errno 28] No space left on device: '/x'. Free the disk or mend ...
    """
    if isinstance(error, UserError):
        return error
    who = "The Docker engine" if isinstance(error, DockerException) else "This machine"
    remedy = "Free the disk or mend the cause, and run the same command again: what is done is kept."
    return UserError(f"{who} refused something.", f"It said: {error}.", remedy)


def main() -> None:
    """Run the command line; a user's mistake ends in a sentence and exit code 1, Ctrl-C and SIGTERM in 130."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        commands(standalone_mode=False)
    except (UserError, DockerException, OSError) as error:
        console.print(f"[bold red]✗[/] {escape(str(told(error)))}", soft_wrap=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        console.print("Interrupted. What is done is kept: run the same command again to go on.")
        sys.exit(130)
