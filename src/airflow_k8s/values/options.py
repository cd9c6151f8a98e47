"""Airflow's own options: which there are, which have another name now, and which went.

``airflow-options.json`` in the chart is written from the installed Airflow by ``airflow-k8s values write``; helm
judges `config` by it, and a test holds it current.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from airflow_k8s.errors import UserError
from airflow_k8s.paths import CHART, ROOT
from airflow_k8s.tasks.mistakes import nearest

FILE = CHART / "airflow-options.json"
LOCK = ROOT / "images" / "base" / "requirements.txt"
"""Providers named here are in every image; what another one offers is a site's own affair."""

UNCHECKED = "An option of a provider of your own goes below configUnchecked."


@dataclass(frozen=True)
class Options:
    """Options of Airflow and of the providers in the base image.

    Args:
        airflow: the version.
        known: option names by section.
        renamed: from "section.option" as it was to "section.option" as it is.
        gone: options that went, each with Airflow's own word about it, which may be empty.
    """

    airflow: str
    known: Mapping[str, tuple[str, ...]]
    renamed: Mapping[str, str]
    gone: Mapping[str, str]

    def problem(self, section: str, option: str) -> str | None:
        """What is wrong with an option's name; None when nothing is.

        Example:
            >>> Options("3.3.2", {"core": ("parallelism",)}, {}, {}).problem("core", "paralelism")
            'There is no option config.core.paralelism in Airflow 3.3.2. Did you mean config.core.parallelism?'
        """
        name = f"{section}.{option}"
        if option in self.known.get(section, ()):
            return None
        if name in self.renamed:
            return f"config.{name} is called config.{self.renamed[name]} in Airflow {self.airflow}."
        if name in self.gone:
            return f"config.{name} is gone from Airflow {self.airflow}. {self.gone[name]}".strip()
        meant = self._near(section, option)
        hint = f"Did you mean config.{meant}?" if meant else UNCHECKED
        return f"There is no option config.{name} in Airflow {self.airflow}. {hint}"

    def _near(self, section: str, option: str) -> str | None:
        if section not in self.known and (meant := nearest(section, self.known)) and option in self.known[meant]:
            return f"{meant}.{option}"
        if inside := nearest(option, self.known.get(section, ())):
            return f"{section}.{inside}"
        return next((f"{other}.{option}" for other, options in self.known.items() if option in options), None)


@cache
def load(file: Path = FILE) -> Options:
    """Read what the chart knows."""
    content = json.loads(file.read_text())
    known = {section: tuple(options) for section, options in content["options"].items()}
    return Options(content["airflow"], known, content["renamed"], content["gone"])


def text() -> str:
    """What the file must hold, for the Airflow that is installed here: a section a line, so that a diff can be read.

    Raises:
        UserError: Airflow is not installed, so nothing can be asked.
    """
    known = {section: sorted(options) for section, options in sorted(_described().items())}
    renamed, gone = _changes(known)
    parts = [
        f'  "airflow": {json.dumps(_version())}',
        f'  "options": {_lines(known)}',
        f'  "renamed": {_lines(renamed)}',
        f'  "gone": {_lines(gone)}',
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(content: Mapping[str, object]) -> str:
    return "{\n" + ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()) + "\n  }"


def _version() -> str:
    from airflow import __version__  # noqa: PLC0415 - only a checkout has it

    return __version__


def _described() -> dict[str, set[str]]:
    """Options by section: Airflow's own, and those of the providers that the base image locks."""
    try:
        from airflow.configuration import retrieve_configuration_description  # noqa: PLC0415 - a second to import
    except ImportError as missing:
        why = f"Airflow's options are asked of Airflow itself: {missing}."
        raise UserError("Airflow is not installed here.", why, "Run this in a checkout.") from missing
    found: dict[str, set[str]] = {}
    for description in (retrieve_configuration_description(include_providers=False), *_of_providers()):
        for section, content in description.items():
            found.setdefault(section, set()).update(_spellings(content["options"]))
    return found


def _spellings(options: Mapping[str, Any]) -> Iterator[str]:
    """An option's names: one that holds a secret may also be read from a command or a secrets backend."""
    for option, description in options.items():
        yield option
        if description.get("sensitive"):
            yield from (f"{option}_cmd", f"{option}_secret")


def _of_providers() -> Iterator[dict[str, Any]]:
    from airflow_k8s.images.lock.texts import name_of, pins  # noqa: PLC0415 - needs a checkout

    locked = pins(LOCK.read_text())
    for entry in entry_points(group="apache_airflow_provider"):
        if entry.dist and name_of(entry.dist.name) in locked:
            yield entry.load()().get("config") or {}


def _changes(known: Mapping[str, list[str]]) -> tuple[dict[str, str], dict[str, str]]:
    """What `airflow config lint` knows: options that are called otherwise now, and those that are no more."""
    from airflow.cli.commands.config_command import CONFIGS_CHANGES  # noqa: PLC0415 - a second to import

    renamed, gone = {}, {}
    for change in CONFIGS_CHANGES:
        name, now = f"{change.config.section}.{change.config.option}", change.renamed_to
        if not change.was_removed or change.config.option in known.get(change.config.section, ()):
            continue
        if now and now.option in known.get(now.section, ()):
            renamed[name] = f"{now.section}.{now.option}"
        else:
            gone[name] = change.suggestion
    return dict(sorted(renamed.items())), dict(sorted(gone.items()))
