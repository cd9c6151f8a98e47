"""What is to be built: each image of the catalogue with its tag, its context and what the build is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from airflow_k8s.cluster import osimage
from airflow_k8s.errors import UserError
from airflow_k8s.images import catalogue, context
from airflow_k8s.images.catalogue import Catalogue, Image
from airflow_k8s.images.tags import File, content_tag
from airflow_k8s.paths import ROOT

FOLDER = "airflow-k8s"
"""The folder of a registry that all images lie in."""


@dataclass(frozen=True)
class Planned:
    """An image that should exist: everything that decides what is in it."""

    name: str
    tag: str
    parent: str
    """Reference of the parent without registry: ``base:3.3.2-…`` or ``debian:trixie-slim``."""
    args: dict[str, str]
    labels: dict[str, str]
    files: tuple[File, ...]
    builders: dict[str, str] = field(default_factory=dict)
    """Images that its build uses: build argument to reference without registry, TOOLS to ``tools:3.3.2-…``."""
    on_ours: bool = False
    """Whether its parent is an image of the catalogue; else it is Debian's."""
    builder: bool = False
    """Whether only builds use it."""

    def repository(self, registry: str) -> str:
        """Where the image lies in a registry, without its tag."""
        return f"{registry}/{FOLDER}/{self.name}"

    def reference(self, registry: str) -> str:
        """The full name of the image."""
        return f"{self.repository(registry)}:{self.tag}"

    def below(self, registry: str, debian: str = "") -> dict[str, str]:
        """Full names of the images that it is built from, by build argument.

        Args:
            registry: where ours lie.
            debian: where Debian's image lies, if not under its usual name.

        Example:
            >>> image = Planned("base", "1", "debian:trixie-slim", {}, {}, (), {"TOOLS": "tools:2"})
            >>> image.below("localhost:5001")
            {'PARENT': 'debian:trixie-slim', 'TOOLS': 'localhost:5001/airflow-k8s/tools:2'}
        """
        ours = {argument: f"{registry}/{FOLDER}/{name}" for argument, name in self.ours().items()}
        return {"PARENT": debian or self.parent, **ours}

    def ours(self) -> dict[str, str]:
        """The images of the catalogue that it is built from: build argument to reference without registry."""
        return {**({"PARENT": self.parent} if self.on_ours else {}), **self.builders}

    def needs(self) -> list[str]:
        """The names of the images of the catalogue that it is built from.

        Example:
            >>> Planned("r-data", "1", "base:1", {}, {}, (), {"TOOLS": "tools:2"}, on_ours=True).needs()
            ['base', 'tools']
        """
        return [reference.partition(":")[0] for reference in self.ours().values()]


def present(names: Iterable[str] = ()) -> list[Planned]:
    """The images of this checkout as they should exist now, parents first.

    Args:
        names: of these, and of all that they are built from; none means every image.

    Raises:
        UserError: a mistake in the catalogue, or no such image.
    """
    known = catalogue.load()
    wanted = known.wanted(tuple(names))
    return [image for image in plan(known, catalogue.airflow_version()) if image.name in wanted]


def plan(known: Catalogue, airflow: str, root: Path = ROOT) -> list[Planned]:
    """Every image of a catalogue, parents first.

    Args:
        known: what images there are.
        airflow: the version of Airflow.
        root: the checkout whose files count.
    """
    planned: dict[str, Planned] = {}
    for name in known.order():
        content = context.files(name, known.images[name].sources, root)
        planned[name] = plan_one(known, name, airflow, content, planned)
    return list(planned.values())


def named(text: str, planned: Iterable[Planned], registry: str) -> str:
    """The full reference of what a person calls an image.

    Args:
        text: a name of the catalogue (its present content is meant), ``name:tag`` of ours, or any reference.
        planned: the images of the catalogue.
        registry: where ours lie.

    Example:
        >>> base = Planned("base", "3.3.2-abc", "debian:trixie-slim", {}, {}, ())
        >>> [named(text, [base], "localhost:5001") for text in ("base", "base:3.3.2-old", "python:3.12")]
        ['localhost:5001/airflow-k8s/base:3.3.2-abc', 'localhost:5001/airflow-k8s/base:3.3.2-old', 'python:3.12']
    """
    name, _, tag = text.partition(":")
    ours = next((image for image in planned if image.name == name), None)
    return f"{ours.repository(registry)}:{tag or ours.tag}" if ours else text


def plan_one(
    known: Catalogue, name: str, airflow: str, content: Iterable[File], planned: dict[str, Planned]
) -> Planned:
    """One image, given its files and what is planned for its parent.

    Example:
        >>> from airflow_k8s.images.catalogue import example
        >>> plan_one(example(), "base", "3.3.2", [], {}).args
        {'VERSION': '3.3.2'}
    """
    image = known.images[name]
    version = known.version(name, airflow)
    parent = f"{image.parent}:{planned[image.parent].tag}" if image.parent else osimage.name(known.debian)
    builders = {argument(one): f"{one}:{planned[one].tag}" for one in known.needs(name) if one != image.parent}
    args, labels, files = arguments(image, version), describe(name, image, version, parent), tuple(content)
    check_environments(name, image, files)
    tag = content_tag(version, files, parent=parent, args={**args, **builders}, labels=labels)
    return Planned(name, tag, parent, args, labels, files, builders, bool(image.parent), image.builder)


def argument(name: str) -> str:
    """A name as a build argument.

    Example:
        >>> argument("some-tools")
        'SOME_TOOLS'
    """
    return name.upper().replace("-", "_")


def check_environments(name: str, image: Image, content: Iterable[File]) -> None:
    """See to it that an image has a lock for each isolated environment that it declares, and no other.

    Raises:
        UserError: which one, and what to do about it.
    """
    locked = {path.stem for file in content if (path := PurePosixPath(file.path)).match("environments/*.txt")}
    for environment in sorted(locked.symmetric_difference(image.environments)):
        lock = f"images/{name}/environments/{environment}.txt"
        if environment in locked:
            raise UserError(
                f"{lock} belongs to no environment of `{name}`.",
                "Whatever is locked is built, and the catalogue declares no such environment.",
                "Remove the file, or declare it under `environments`.",
            )
        raise UserError(
            f"Environment `{environment}` of `{name}` is not locked.",
            f"There is no {lock}.",
            f"Run `airflow-k8s images lock {name}`.",
        )


def arguments(image: Image, version: str) -> dict[str, str]:
    """The build arguments of an image, beside PARENT: its releases, and VERSION unless its parent settled that.

    Example:
        >>> from airflow_k8s.images.catalogue import Budget
        >>> arguments(Image(purpose="", owner="", budget=Budget(size=1), parent="base", releases={"r": "4.5"}), "3.3.2")
        {'R_RELEASE': '4.5'}
    """
    own = {f"{argument(name)}_RELEASE": release for name, release in image.releases.items()}
    return own if image.parent and not image.version else {"VERSION": version, **own}


def describe(name: str, image: Image, version: str, parent: str) -> dict[str, str]:
    """The labels of an image, spelt as the OCI image specification has them; without dates, so that tags stay true.

    Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md
    """
    base = f"{FOLDER}/{parent}" if image.parent else parent
    return {
        "org.opencontainers.image.base.name": base,
        "org.opencontainers.image.description": image.purpose,
        "org.opencontainers.image.title": f"{FOLDER}/{name}",
        "org.opencontainers.image.vendor": image.owner,
        "org.opencontainers.image.version": version,
    }
