"""Freeze what images want into what they get, and try what would happen if more were wanted."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from airflow_k8s.images import catalogue
from airflow_k8s.images.commands.output import json_option, names_argument, print_json
from airflow_k8s.progress import clock, console, step

if TYPE_CHECKING:
    from airflow_k8s.images.lock import Checkout, Trial
    from airflow_k8s.images.lock.texts import Move

limit_option = click.option(
    "--limit", type=float, default=120, show_default=True, help="Seconds that one resolution may take."
)


@click.command()
@names_argument
@click.option("--upgrade", is_flag=True, help="Take newer versions; without, what is locked stays as long as it fits.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when something would move or is not locked.")
@limit_option
@json_option
def lock(names: tuple[str, ...], upgrade: bool, check: bool, limit: float, as_json: bool) -> None:
    """Renew the locks of all images, or of those NAMED and all that is built on them, and show what moved.

    Python: requirements.in and environments/*.in become .txt with hashes. Debian and R: debian.in and r.in become
    debian.txt with exact versions. A child never moves what its parent has, and nothing is written unless all fits.
    """
    from airflow_k8s.images.lock import problems, renew  # noqa: PLC0415  (what needs no resolver starts faster without)

    checkout = _checkout(limit)
    wrong = problems(checkout) if check else []
    moves = renew(checkout, names, upgrade=upgrade)
    if not check:
        checkout.write()
    if as_json:
        print_json({"moves": [asdict(move) for move in moves], "problems": wrong})
    else:
        _show(moves, wrong, check=check)
    if check and (wrong or any(move.before != move.after for move in moves)):
        raise SystemExit(1)


@click.command(name="try")
@click.argument("wishes", nargs=-1, required=True, metavar="REQUIREMENT...")
@click.option("--on", "name", default="python-data", show_default=True, help="The image that it is added to.")
@click.option("--markdown", is_flag=True, help="Print the table of docs/adding-libraries.md.")
@limit_option
@json_option
def try_libraries(wishes: tuple[str, ...], name: str, markdown: bool, limit: float, as_json: bool) -> None:
    """Tell what would happen if each REQUIREMENT were added to an image, without writing anything.

    Requirements that belong together are one word for the shell: "dbt-core dbt-postgres".
    """
    from airflow_k8s.images.lock import attempt  # noqa: PLC0415  (see lock)

    checkout = _checkout(limit)
    checkout.catalogue.wanted((name,))
    ground, trials = checkout.on(name), []
    for wish in wishes:
        with step(f"try {wish}"):
            trials.append(attempt(ground, wish))
    if as_json:
        print_json([{**asdict(trial), "todo": trial.todo} for trial in trials])
    elif markdown:
        click.echo(_markdown(checkout, name, trials))
    else:
        console.print(_trials(trials))


@click.command()
def airflow_requirement() -> None:
    """Print the requirement that pins Airflow to the chart's appVersion; for the lock of the checkout itself."""
    click.echo(f"apache-airflow=={catalogue.airflow_version()}")


def _checkout(limit: float) -> "Checkout":
    from airflow_k8s.images.lock import Checkout  # noqa: PLC0415  (see lock)

    return Checkout(catalogue.load(), catalogue.airflow_version(), seconds=limit)


def _show(moves: "list[Move]", wrong: list[str], *, check: bool) -> None:
    for sentence in wrong:
        console.print(f"[red]✗[/] {escape(sentence)}", soft_wrap=True)
    if moves:
        console.print(_moves(moves))
    if not any(move.before != move.after for move in moves):
        console.print("Nothing would move." if check else "Nothing moved.")


def _moves(moves: "list[Move]") -> Table:
    table = Table("package", "image", "from", "to", "kind", "held back")
    for move in moves:
        where = f"{move.image} ({move.environment})" if move.environment else move.image
        table.add_row(move.package, where, move.before or "", move.after or "", move.kind, escape(move.note))
    return table


def _trials(trials: "list[Trial]") -> Table:
    table = Table("library", "outcome", "here", "elsewhere", "in the way", "adds", "what to do", "time")
    for trial in trials:
        table.add_row(*map(escape, (*_cells(trial), clock(trial.seconds))))
    return table


def _cells(trial: "Trial") -> tuple[str, ...]:
    blamed = ", ".join(map(str, trial.blame)) or (trial.said.splitlines() or [""])[0]
    added = "" if trial.packages is None else f"{trial.packages} packages"
    size = "" if trial.size is None else f", {trial.size:.0f} MB"
    return trial.wish, trial.verdict, _versions(trial.got), _versions(trial.good), blamed, added + size, trial.todo


def _versions(versions: "Mapping[str, str]") -> str:
    return ", ".join(versions.values())


def _markdown(checkout: "Checkout", name: str, trials: "list[Trial]") -> str:
    """The table of the page, with what it was made from."""
    rows, ground = [_cells(trial) for trial in trials], checkout.on(name)
    lines = [
        f"Added to {name}: Airflow {checkout.airflow}, Python {ground.python}, {datetime.now(UTC):%Y-%m-%d}.",
        "",
        "| library | outcome | version here | version elsewhere | in the way | adds | what to do |",
        "|---|---|---|---|---|---|---|",
        *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows),
    ]
    return "\n".join(lines)


COMMANDS = (lock, try_libraries, airflow_requirement)
