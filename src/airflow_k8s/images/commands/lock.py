"""Freeze what images want into what they get, and try what would happen if more were wanted."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from airflow_k8s.images import catalogue, sections
from airflow_k8s.images.commands.output import image_names, json_option, megabytes, names_argument, print_json, show
from airflow_k8s.images.sections import Section
from airflow_k8s.progress import console, step

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
@click.option(
    "--on",
    "name",
    default="python-data",
    show_default=True,
    shell_complete=image_names,
    help="The image that it is added to.",
)
@click.option("--markdown", is_flag=True, help="Print the table of docs/adding-libraries.md.")
@limit_option
@json_option
def try_libraries(wishes: tuple[str, ...], name: str, markdown: bool, limit: float, as_json: bool) -> None:
    """Tell what would happen if each REQUIREMENT were added to an image, without writing anything.

    Requirements that belong together are one word for the shell: "dbt-core dbt-postgres".
    """
    from airflow_k8s.images.lock import attempt  # noqa: PLC0415  (see lock)

    console.stderr = as_json or markdown
    checkout = _checkout(limit)
    checkout.catalogue.wanted((name,))
    ground, trials = checkout.on(name), []
    for wish in wishes:
        with step(f"try {wish}"):
            trials.append(attempt(ground, wish))
    console.stderr = as_json
    if as_json:
        print_json([{**asdict(trial), "todo": trial.todo} for trial in trials])
    elif markdown:
        click.echo(sections.markdown(_tried(trials, _title(checkout, name))))
    else:
        show(_tried(trials))


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
        show(_moved(moves))
    if not any(move.before != move.after for move in moves):
        console.print("Nothing would move." if check else "Nothing moved.")


def _moved(moves: "list[Move]") -> Section:
    rows = [
        (
            move.package,
            f"{move.image} {move.environment}".rstrip(),
            move.before or "",
            move.after or "",
            move.kind,
            move.note,
        )
        for move in moves
    ]
    return Section("", ("package", "image", "from", "to", "kind", "held back from"), rows)


def _tried(trials: "list[Trial]", title: str = "") -> Section:
    head = ("library", "outcome", "version here", "version elsewhere", "in the way", "adds", "what to do", ">seconds")
    return Section(title, head, [_row(trial) for trial in trials])


def _row(trial: "Trial") -> tuple[str, ...]:
    blamed = "; ".join(map(str, trial.blame)) or next(iter(trial.said.splitlines()), "")
    added = [] if trial.packages is None else [f"{trial.packages} packages"]
    added += [] if trial.size is None else [megabytes(round(trial.size * 1e6))]
    versions = (", ".join(one.values()) for one in (trial.got, trial.good))
    return trial.wish, trial.verdict, *versions, blamed, ", ".join(added), trial.todo, f"{trial.seconds:.0f}"


def _title(checkout: "Checkout", name: str) -> str:
    """What a table of outcomes holds for."""
    airflow, python = checkout.airflow, checkout.on(name).python
    return f"Added to {name}: Airflow {airflow}, Python {python}, {datetime.now(UTC):%Y-%m-%d}"


COMMANDS = (lock, try_libraries, airflow_requirement)
