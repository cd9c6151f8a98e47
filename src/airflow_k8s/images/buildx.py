"""The words of a buildx call, and what a build may see of the host; nothing here runs anything."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from airflow_k8s.errors import UserError
from airflow_k8s.images.plan import Planned

ENGINE = "default"
"""buildx's name for the builder inside the Docker engine: the one that sees the engine's own images."""

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
SETTINGS = (
    "AIRFLOW_K8S_DEBIAN_MIRROR",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INSECURE_HOST",
    *PROXIES,
    *(name.lower() for name in PROXIES),
)
"""Variables by which a host says where its network has packages."""

SETTINGS_SECRET = "AIRFLOW_K8S_BUILD_SETTINGS"  # noqa: S105  (the name of a variable)

WHEELS = "AIRFLOW_K8S_WHEELS"
"""Variable: a folder of wheels, for what no index of this network has."""

BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")
"""Variables by which a host names its own CA bundle, in the order they are asked."""

PER_IMAGE = "{image}"
"""Stands for the image's name in a cache's place: one image's cache would overwrite another's."""


@dataclass(frozen=True)
class How:
    """How images are built, whichever it is.

    Args:
        locked: refuse what is not exactly as locked.
        fresh: use no layer that was built before.
        platforms: "linux/amd64"…; none: this machine's, into the engine. With them images go to the registry at once.
        cache: where layers are kept between builds, as `--cache-to` has it; for builds into the registry.
        sbom: let BuildKit attest what is in the image; for builds into the registry.
        jobs: how many at once.
    """

    locked: bool = False
    fresh: bool = False
    platforms: tuple[str, ...] = ()
    cache: str = ""
    sbom: bool = False
    jobs: int = 2


PLAIN = How()
"""For this machine, into its engine."""


@dataclass(frozen=True)
class Host:
    """What a build may see of the machine it runs on, as secrets: files that some RUNs see and that no layer holds.

    Args:
        ca: the machine's own CA bundle.
        settings: variables, as lines of shell; may hold a password.
        wheels: a folder of wheels that are taken before any index is asked.
    """

    ca: Path | None = None
    settings: str = field(default="", repr=False)
    wheels: Path | None = None


def host(environment: Mapping[str, str] = os.environ) -> Host:
    """What this machine's variables say.

    Raises:
        UserError: they name a folder of wheels that does not exist.
    """
    wheels = environment.get(WHEELS)
    if wheels and not Path(wheels).is_dir():
        raise UserError(f"{WHEELS} names {wheels}.", "There is no such folder.", "Mend it, or unset it.")
    return Host(_ca_bundle(environment), settings(environment), Path(wheels) if wheels else None)


def settings(environment: Mapping[str, str]) -> str:
    """Where the network has packages, as lines of shell.

    Example:
        >>> settings({"PIP_INDEX_URL": "https://user:it's@index/simple", "HOME": "/root"})
        'PIP_INDEX_URL=\\'https://user:it\\'"\\'"\\'s@index/simple\\'\\n'
    """
    return "".join(f"{name}={shlex.quote(environment[name])}\n" for name in SETTINGS if environment.get(name))


def command(image: Planned, below: Mapping[str, str], how: How, host: Host) -> list[str]:
    """The words of a build, without its tag and its context. What is secret is no word: see `variables`.

    Args:
        image: what to build.
        below: full names of the images it is built from, by build argument.
        how: how to build.
        host: what the build may see of this machine.
    """
    args = {**below, **image.args, **({"LOCKED": "1"} if how.locked else {})}
    words = ["build", "--progress", "plain"]
    words += [word for name, value in args.items() for word in ("--build-arg", f"{name}={value}")]
    words += [word for name, value in image.labels.items() for word in ("--label", f"{name}={value}")]
    words += ["--no-cache"] if how.fresh else []
    words += [word for secret in secrets(host) for word in ("--secret", secret)]
    return words + (_into_registry(image.name, how) if how.platforms else ["--load", "--provenance", "false"])


def secrets(host: Host) -> list[str]:
    """The secrets of a build, as buildx has them: where they come from, never what they are.

    Example:
        >>> secrets(Host(Path("/etc/ca.crt"), "PIP_INDEX_URL=https://user:password@index/simple"))
        ['id=ca,src=/etc/ca.crt', 'id=settings,env=AIRFLOW_K8S_BUILD_SETTINGS']
    """
    ca = [f"id=ca,src={host.ca}"] if host.ca else []
    return [*ca, f"id=settings,env={SETTINGS_SECRET}"] if host.settings else ca


def variables(how: How, host: Host) -> dict[str, str]:
    """The variables that buildx runs with: the builder, which is the user's choice for several platforms only."""
    builder = {} if how.platforms else {"BUILDX_BUILDER": ENGINE}
    return {**builder, SETTINGS_SECRET: host.settings}


def caches(place: str, image: str) -> list[str]:
    """The words that keep an image's layers somewhere between builds.

    Args:
        place: as `--cache-to` of buildx has it, with {image} where the image's name belongs; or nothing.
        image: its name.

    Raises:
        UserError: the place is the same for each image.

    Example:
        >>> caches("type=registry,ref=registry.example.org/cache:{image}", "base")
        ['--cache-from', 'type=registry,ref=registry.example.org/cache:base',
         '--cache-to', 'type=registry,ref=registry.example.org/cache:base,mode=max']
        >>> caches("type=local,dest=/cache/{image}", "base")[1]
        'type=local,src=/cache/base'
    """
    if not place:
        return []
    if PER_IMAGE not in place:
        raise UserError(
            f"The cache `{place}` has one place for all images.",
            "Each would overwrite the last.",
            f"Say where {PER_IMAGE} belongs: `type=registry,ref=registry.example.org/cache:{PER_IMAGE}`.",
        )
    there = place.replace(PER_IMAGE, image)
    mode = "" if "mode=" in there else ",mode=max"
    return ["--cache-from", re.sub(r"\bdest=", "src=", there), "--cache-to", f"{there}{mode}"]


def _into_registry(name: str, how: How) -> list[str]:
    platforms, sbom = ",".join(how.platforms), ["--sbom", "true"] if how.sbom else []
    return ["--push", "--platform", platforms, "--provenance", "mode=max", *sbom, *caches(how.cache, name)]


def _ca_bundle(environment: Mapping[str, str]) -> Path | None:
    named = (Path(environment[variable]) for variable in BUNDLES if environment.get(variable))
    return next((path for path in named if path.is_file()), None)
