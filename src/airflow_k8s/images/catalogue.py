"""The catalogue of images: what images/catalogue.yaml says, and whether it can be so."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from airflow_k8s.errors import UserError
from airflow_k8s.paths import CATALOGUE, CHART

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without its C part reads the same, slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]


class Model(BaseModel):
    """Data that is read once, has no other keys than these, and does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Budget(Model):
    """The most that an image may cost; ``make bench`` shows the room that is left."""

    size: int
    """MB uncompressed."""
    compressed: int | None = None
    """MB as compressed layers, which is what a node pulls."""
    start: float | None = None
    """CPU-seconds until what a task's pod runs is imported."""


class Image(Model):
    """One image, as the catalogue describes it; the head of catalogue.yaml explains each field."""

    purpose: str
    owner: str
    budget: Budget
    parent: str | None = None
    version: str | None = None
    releases: Mapping[str, str] = Field(default_factory=dict)
    tasks: bool = True
    builder: bool = False
    environments: Mapping[str, str] = Field(default_factory=dict)
    cpu: float | None = None
    memory: str | None = None
    sources: tuple[str, ...] = ()


class Catalogue(Model):
    """Every image by name, and the Debian release below them all."""

    debian: str
    images: Mapping[str, Image]

    def order(self) -> list[str]:
        """Names of all images, builders first and parents before children, else as the file has them.

        Example:
            >>> example().order()
            ['base', 'r-data']
        """
        return list(TopologicalSorter({name: self.needs(name) for name in self.images}).static_order())

    def builders(self) -> list[str]:
        """Names of the images that builds of the others use."""
        return [name for name, image in self.images.items() if image.builder]

    def needs(self, name: str) -> list[str]:
        """What must be there before an image is built: the builders, and its parent.

        Example:
            >>> example().needs("r-data")
            ['base']
        """
        image = self.images[name]
        builders = [] if image.builder else self.builders()
        return builders + ([image.parent] if image.parent else [])

    def line(self, name: str) -> list[str]:
        """An image and all it is built on, itself first.

        Example:
            >>> example().line("r-data")
            ['r-data', 'base']
        """
        parent = self.images[name].parent
        return [name, *(self.line(parent) if parent else [])]

    def version(self, name: str, airflow: str) -> str:
        """What an image's tag starts with: the version it states, its parent's, or at the root that of Airflow.

        Example:
            >>> example().version("r-data", airflow="3.3.2")
            '3.3.2'
        """
        return next((stated for one in self.line(name) if (stated := self.images[one].version)), airflow)

    def wanted(self, names: tuple[str, ...] = ()) -> list[str]:
        """The named images with all they are built on, or every image, in build order.

        Raises:
            UserError: there is no such image.

        Example:
            >>> example().wanted(("r-dta",))
            Traceback (most recent call last):
            airflow_k8s.errors.UserError: There is no image `r-dta`. The catalogue has base, r-data. Did you mean `r-data`?
        """  # noqa: E501  (what it says is one line)
        for name in names:
            if name not in self.images:
                raise UserError(
                    f"There is no image `{name}`.",
                    f"The catalogue has {', '.join(self.images)}.",
                    nearest(name, self.images) or "Name one of these, or none for all.",
                )
        lines = {one for name in names or self.images for one in self.line(name)}
        needed = lines | {one for name in lines for one in self.needs(name)}
        return [name for name in self.order() if name in needed]


def load(path: Path = CATALOGUE) -> Catalogue:
    """Read a catalogue and make sure that everything it names is there.

    Args:
        path: the catalogue; images have their folders beside it, and ``sources`` count from the folder above.

    Raises:
        UserError: it cannot be read, has an unknown key or a wrong value, names an unknown parent or a circle
            of parents, or lacks a file.
    """
    catalogue = parse(_read(path), path.name)
    problem = next(_missing_files(catalogue, path), None)
    if problem:
        raise problem
    return catalogue


def parse(content: Any, name: str = "catalogue.yaml") -> Catalogue:
    """Turn what a catalogue file holds into a catalogue, without a look at other files.

    Raises:
        UserError: unknown key, wrong value, unknown parent, or a circle of parents.
    """
    try:
        catalogue = Catalogue.model_validate(content)
    except ValidationError as invalid:
        raise _in_words(invalid, name) from invalid
    _check_parents(catalogue, name)
    return catalogue


def nearest(word: str, known: Mapping[str, object] | list[str]) -> str:
    """A question that offers the nearest of the known words; empty when none is near.

    Example:
        >>> nearest("r-dta", ["base", "r-data"]), nearest("spark", ["base"])
        ('Did you mean `r-data`?', '')
    """
    match = get_close_matches(word, list(known), n=1)
    return f"Did you mean `{match[0]}`?" if match else ""


@cache
def airflow_version(chart: Path = CHART / "Chart.yaml") -> str:
    """The version of Airflow, whose one home is the chart's appVersion.

    Raises:
        UserError: the chart does not say.
    """
    version = _read(chart).get("appVersion")
    if not version:
        raise UserError(
            f"{chart.name} names no appVersion.", "It is Airflow's version.", 'Add it: `appVersion: "3.3.2"`.'
        )
    return str(version)


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            return yaml.load(file, Loader)  # either is a safe loader
    except FileNotFoundError as missing:
        raise UserError(f"There is no {path}.", "It belongs to the checkout.", "Restore it with git.") from missing
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else "?"
        raise UserError(f"{path} is no YAML.", f"Line {line}: {wrong.problem}.", "Mend that line.") from wrong


def _check_parents(catalogue: Catalogue, file: str) -> None:
    for name, image in catalogue.images.items():
        if image.parent and image.parent not in catalogue.images:
            raise UserError(
                f"{file}: image `{name}` is built on `{image.parent}`, which the catalogue does not have.",
                f"It has {', '.join(catalogue.images)}.",
                nearest(image.parent, catalogue.images) or "Name one of these, or leave `parent` out.",
            )
    try:
        catalogue.order()
    except CycleError as circle:
        raise UserError(
            f"{file}: no image can be built first of {' → '.join(reversed(circle.args[1]))}.",
            "Each is built on the next.",
            "Leave `parent` out of the one that is built on Debian itself.",
        ) from circle


def _missing_files(catalogue: Catalogue, path: Path) -> Iterator[UserError]:
    for name, image in catalogue.images.items():
        yield from _missing_dockerfile(name, image, path)
        yield from _unlike_environments(name, image, path)
        for source in image.sources:
            if not (path.parent.parent / source).exists():
                yield UserError(
                    f"{path.name}: image `{name}` copies `{source}`, which does not exist.",
                    "Sources are files and folders of the checkout.",
                    "Mend the path, or take it out of `sources`.",
                )


def _missing_dockerfile(name: str, image: Image, path: Path) -> Iterator[UserError]:
    if not image.parent and not (path.parent / name / "Dockerfile").is_file():
        yield UserError(
            f"{path.name}: image `{name}` has neither a parent nor a Dockerfile.",
            f"There is no {path.parent.name}/{name}/Dockerfile, and images/Dockerfile adds to a parent.",
            "Name its parent, or write its Dockerfile.",
        )


def _unlike_environments(name: str, image: Image, path: Path) -> Iterator[UserError]:
    folder = path.parent / name / "environments"
    wanted = {wish.stem for wish in folder.glob("*.in")}
    for environment in sorted(wanted.symmetric_difference(image.environments)):
        declared, file = environment in image.environments, f"images/{name}/environments/{environment}.in"
        yield UserError(
            f"{path.name}: environment `{environment}` of `{name}` is {'declared' if declared else 'not declared'}, "
            f"and {file} {'does not exist' if declared else 'exists'}.",
            "The catalogue says why it is there, the file which libraries it has.",
            f"Write {file}, or take it out of `environments`." if declared else "Declare it under `environments`.",
        )


def _in_words(invalid: ValidationError, file: str) -> UserError:
    error = invalid.errors()[0]
    *place, key = (str(part) for part in error["loc"] or ("",))
    where = ".".join(place) or "the file"
    if error["type"] == "extra_forbidden":
        model: type[BaseModel] = (Catalogue, Catalogue, Image, Budget)[len(place)]
        known = list(model.model_fields)
        remedy = nearest(key, known) or "Take it out."
        return UserError(f"{file}: {where} has the unknown key `{key}`.", f"Known are {', '.join(known)}.", remedy)
    if error["type"] == "missing":
        return UserError(f"{file}: {where} lacks `{key}`.", "Every image says it.", "Add it.")
    return UserError(f"{file}: `{key}` of {where} is wrong.", f"{error['msg']}.", f"It is {error['input']!r} now.")


def example() -> Catalogue:
    """A catalogue of two images, for examples."""
    about = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}}
    return parse({"debian": "trixie", "images": {"base": about, "r-data": {**about, "parent": "base"}}})
