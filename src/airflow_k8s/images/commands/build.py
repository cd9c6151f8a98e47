"""Make images: build, push, bake, a shell where a build failed; and remove what is left of earlier ones."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from airflow_k8s.images.commands.output import image_names, json_option, megabytes, names_argument, print_json, show
from airflow_k8s.images.sections import Section
from airflow_k8s.options import registry_option
from airflow_k8s.paths import DIST
from airflow_k8s.progress import clock, console

if TYPE_CHECKING:
    from airflow_k8s.images.build import Built

CACHE = "AIRFLOW_K8S_CACHE"


PLATFORMS = ("linux/amd64", "linux/arm64")
"""What the locks hold for."""


def _several(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    named = tuple(part.strip() for part in value.split(",") if part.strip())
    for name in named:
        if name not in PLATFORMS:
            raise click.BadParameter(f"{name} is none of {', '.join(PLATFORMS)}, for which everything is locked.")
    return named


BUILD_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--push", is_flag=True, help="Then push what the registry lacks, and note its digest."),
    click.option(
        "--platform",
        "platforms",
        default="",
        callback=_several,
        metavar="OS/ARCH,…",
        help="Build for these, straight into the registry (needs --push), with the builder that BUILDX_BUILDER names.",
    ),
    click.option("--tag-airflow", is_flag=True, help="Tag with the version alone, too: 3.3.2."),
    click.option("--tag-date", is_flag=True, help="Tag with version and day, too: 3.3.2-20261122."),
    click.option("--locked", is_flag=True, help="Fail where a mirror has a locked version no more; else say so."),
    click.option("--sbom", is_flag=True, help="Let BuildKit attest what is in the images (with --platform)."),
    click.option(
        "--cache",
        envvar=CACHE,
        show_envvar=True,
        default="",
        metavar="TYPE",
        help="Where layers are kept between builds (with --platform), as buildx has it, with {image} for the name: "
        "type=registry,ref=registry.example.org/cache:{image} or type=local,dest=/cache/{image}.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1),
        default=os.cpu_count() or 1,
        show_default="one a CPU",
        help="How many are built at once.",
    ),
    click.option("--no-cache", "fresh", is_flag=True, help="Use no layer that was built before."),
    click.option("--dry-run", is_flag=True, help="Build nothing; say what would be built, and why."),
)


def _build_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(BUILD_OPTIONS):
        command = option(command)
    return command


@click.command()
@names_argument
@registry_option
@_build_options
@json_option
def build(
    names: tuple[str, ...], *, registry: str, push: bool, tag_airflow: bool, tag_date: bool, as_json: bool, **how: Any
) -> None:
    """Build all images, or those NAMED with their parents; what is there already is kept.

    An image is there when its tag, which comes from its content, is known to the engine or to the registry.
    """
    from airflow_k8s.images import build as work  # noqa: PLC0415  (the Docker SDK, only where it is used)
    from airflow_k8s.images import publish  # noqa: PLC0415
    from airflow_k8s.images.buildx import How  # noqa: PLC0415

    _check(push, **how)
    if how.pop("dry_run"):
        _show(work.told(work.look(registry, names, How(**how)), {}), as_json, _would)
        return
    done = work.build_all(registry, names, How(**how))
    if push:
        publish.push_all(registry, names)
    publish.tag_all(registry, names, airflow=tag_airflow, date=_today() if tag_date else None, pushed=push)
    _show(done, as_json, _was)


def _check(push: bool, *, platforms: tuple[str, ...], sbom: bool, **_how: Any) -> None:
    if platforms and not push:
        raise click.UsageError("--platform needs --push: no Docker engine keeps an image of several platforms.")
    source = click.get_current_context().get_parameter_source("cache")
    if not platforms and (sbom or source is click.core.ParameterSource.COMMANDLINE):
        raise click.UsageError("--sbom and --cache need --platform: the Docker engine's own builder has neither.")


def _today() -> str:
    return datetime.now(UTC).strftime("%Y%m%d")


def _show(images: "list[Built]", as_json: bool, what: "Callable[[Built], str]") -> None:
    if as_json:
        print_json([vars(image) for image in images])
        return
    show(Section("", ("image", "tag", ">size", "", ">time"), [_row(image, what(image)) for image in images]))


def _row(image: "Built", what: str) -> tuple[str, ...]:
    size, time = megabytes(image.size) if image.size else "", clock(image.seconds) if image.seconds else ""
    return image.name, image.tag, size, what, time


def _was(image: "Built") -> str:
    return "built" if image.built else "kept" if image.place == "here" else "kept in the registry"


def _would(image: "Built") -> str:
    if image.built:
        return "build: neither here nor in the registry"
    return "keep: here" if image.place == "here" else "keep: in the registry"


@click.command()
@names_argument
@registry_option
@json_option
def push(names: tuple[str, ...], registry: str, as_json: bool) -> None:
    """Push what the registry lacks, and write the digests into dist/images.yaml."""
    from airflow_k8s.images.publish import push_all  # noqa: PLC0415  (see build)

    digests = push_all(registry, names)
    if as_json:
        print_json(digests)
        return
    show(Section("", ("image", "digest"), list(digests.items())))


@click.command()
@names_argument
@registry_option
@click.option("--platform", "platforms", default="", callback=_several, metavar="OS/ARCH,…", help="What to build for.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DIST / "docker-bake.json",
    help="The bake file; the contexts lie beside it, in bake/.  [default: dist/docker-bake.json]",
)
def bake(names: tuple[str, ...], *, registry: str, platforms: tuple[str, ...], output: Path) -> None:
    """Write what `docker buildx bake` builds all images from, or those NAMED, for CI systems that run that.

    The variable REGISTRY moves the images elsewhere: `REGISTRY=registry.example.org docker buildx bake -f FILE --push`.
    """
    from airflow_k8s.images.bake import write_all  # noqa: PLC0415  (see build)

    write_all(output, registry, names, platforms)
    console.print(f"[green]✓[/] {os.path.relpath(output)}")


@click.command()
@click.argument("name", shell_complete=image_names)
@registry_option
def shell(name: str, *, registry: str) -> None:
    """Open a shell in image NAME right before the step at which its last build failed."""
    from airflow_k8s.images.shell import open_shell  # noqa: PLC0415  (see build)

    open_shell(name, registry)


@click.command()
@registry_option
@click.option("--dry-run", is_flag=True, help="Remove nothing; say what would go, and what that would free.")
@json_option
def prune(*, registry: str, dry_run: bool, as_json: bool) -> None:
    """Remove from the engine what earlier builds left: content tags that nothing names any more.

    What this checkout or dist/images.yaml names stays, what a container uses, and of each image the newest of before.
    Images of others, tags that people gave, and the registry are left alone.
    """
    from airflow_k8s.images import prune as work  # noqa: PLC0415  (see build)

    done = work.prune(registry, dry_run=dry_run)
    if as_json:
        print_json(vars(done))
        return
    names = [tag.rsplit("/", 1)[1].rpartition(":") for tag in done.tags]
    show(Section("", ("image", "tag"), [(name, tag) for name, _, tag in names]))
    freed = f"{megabytes(done.freed)} of layers" if done.tags else "nothing"
    console.print(
        f"{'Would free' if dry_run else 'Freed'} {freed}; `docker builder prune` lets go of the cache's copies."
    )


COMMANDS = (build, push, bake, shell, prune)
