"""Debian's packages: what some wishes come to, asked of apt in a container of the Debian image, installing nothing."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from string import Template
from typing import TYPE_CHECKING

from airflow_k8s.cluster import osimage
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine
from airflow_k8s.images.catalogue import nearest
from airflow_k8s.images.lock.texts import ARCHITECTURES, Versions, lines

if TYPE_CHECKING:
    from docker.models.containers import Container

MINBASE = ("?essential", "?priority(required)", "apt")
"""What debootstrap's and mmdebstrap's variant minbase installs; every image starts from it."""

HOME = "/tmp/apt"  # noqa: S108  (the container's, not ours)
SETTINGS = {
    "Dir::State": HOME,
    "Dir::State::Lists": f"{HOME}/lists",
    "Dir::State::status": f"{HOME}/status",
    "Dir::Cache": f"{HOME}/cache",
    "Dir::Etc::Preferences": f"{HOME}/preferences",
    "APT::Sandbox::User": "root",
    "APT::Install-Recommends": "false",
}
"""Apt in a folder of its own, where nothing is installed."""

R = "r-cran-"
LIFE = 3600
"""Seconds until a container that nobody removed ends by itself: this command may have been killed."""


@dataclass(frozen=True)
class Lists:
    """Debian's package lists, read.

    Args:
        container: where they are, with apt.
        date: of the newest of them, "2026-11-20T08:15Z".
        names: every package there is.
        minbase: by architecture, what every image has before it wishes for anything.
    """

    container: "Container"
    date: str
    names: frozenset[str]
    minbase: Mapping[str, frozenset[str]]


class UnmetError(Exception):
    """Apt has no answer; carries its own words."""


def wished(debian: str, r: str, arguments: Mapping[str, str], place: str = "") -> dict[str, str]:
    """What an image wants of Debian: what apt is asked for, to what the image's author wrote.

    Args:
        debian: text of debian.in, where ``${R_RELEASE}`` is a build argument.
        r: text of r.in; Debian has R's packages as r-cran-<name in small letters>.
        arguments: the image's build arguments.
        place: the folder, for the error.

    Raises:
        UserError: debian.in names an argument that the image does not have.

    Example:
        >>> wished("r-base-core=${R_RELEASE}.*", "DBI", {"R_RELEASE": "4.5"})
        {'r-base-core=4.5.*': 'r-base-core=${R_RELEASE}.*', 'r-cran-dbi': 'DBI'}
    """
    try:
        found = {Template(line).substitute(arguments): line for line in lines(debian)}
    except (KeyError, ValueError) as unknown:
        known = ", ".join(arguments) or "none"
        raise UserError(
            f"{place}/debian.in names {unknown}.", f"The image's build arguments are {known}.", "Name one of these."
        ) from unknown
    return found | {f"{R}{line.lower()}": line for line in lines(r)}


def missing(wishes: Mapping[str, str], known: Iterable[str], place: str, release: str) -> UserError | None:
    """The error about the first wish that Debian does not have, with the near match; None where it has all.

    Args:
        wishes: from `wished`.
        known: every package there is.
        place: the folder of the image.
        release: Debian's code name.

    Example:
        >>> print(missing({"r-cran-tidyvers": "tidyvers"}, ["r-cran-tidyverse"], "images/r-data", "trixie"))
        images/r-data wants `tidyvers`. Debian trixie has no package r-cran-tidyvers. Did you mean `tidyverse`?
    """
    names = set(known)
    for asked, written in wishes.items():
        package = asked.split("=")[0]
        if package not in names:
            prefix = R if package == f"{R}{written.lower()}" else ""
            near = nearest(
                package.removeprefix(prefix), [name[len(prefix) :] for name in names if name.startswith(prefix)]
            )
            why = f"Debian {release} has no package {package}."
            return UserError(f"{place} wants `{written}`.", why, near or "Take it out: nothing else is a source here.")
    return None


@contextmanager
def lists(release: str, apt_sources: str = "") -> Iterator[Lists]:
    """Debian's lists of today for both architectures, in a container that goes when the block ends.

    Args:
        release: Debian's code name.
        apt_sources: a sources.list; without, that of the Debian image.

    Raises:
        UserError: no engine, or no mirror answers.
    """
    image = osimage.ensure(release)
    container = engine.client().containers.run(image, ["sleep", str(LIFE)], detach=True, init=True)
    try:
        yield read(container, apt_sources)
    finally:
        container.remove(force=True)


def read(container: "Container", apt_sources: str = "") -> Lists:
    """Debian's lists of today, in a container that runs already; arguments and errors as of `lists`."""
    put = 'rm -f /etc/apt/sources.list.d/*; printf "%s\\n" "$SOURCES" > /etc/apt/sources.list' if apt_sources else ":"
    both = [word for architecture in ARCHITECTURES for word in ("-o", f"APT::Architectures::={architecture}")]
    try:
        folders = " ".join(f"{HOME}/{each}/archives/partial" for each in ("cache", *ARCHITECTURES))
        _sh(container, f"mkdir -p {HOME}/lists/partial {folders}; : > {HOME}/status")
        _sh(container, put, SOURCES=apt_sources)
        _apt(container, "apt-get", *both, "-o", "APT::Update::Error-Mode=any", "update")
        date = newest_date(_sh(container, f"grep -h ^Date: {HOME}/lists/*Release"))
        names = _apt(container, "apt-cache", "pkgnames").split()
        minbase = {each: frozenset(_simulate(container, each, MINBASE, {})) for each in ARCHITECTURES}
    except UnmetError as failed:
        remedy = f"Make a Debian mirror reachable; {osimage.MIRROR} names one for sites without the usual one."
        raise UserError("Debian's package lists cannot be had.", f"apt said:\n{failed}\n", remedy) from failed
    return Lists(container, date, frozenset(names), minbase)


def newest_date(heads: str) -> str:
    """The newest date of some InRelease files.

    Example:
        >>> newest_date("Date: Sat, 14 Nov 2026 09:05:00 UTC\\nDate: Fri, 20 Nov 2026 08:15:07 UTC\\n")
        '2026-11-20T08:15Z'
    """
    dates = [parsedate_to_datetime(line.removeprefix("Date:")) for line in heads.splitlines()]
    return f"{max(dates):%Y-%m-%dT%H:%MZ}"


def closure(debian: Lists, wishes: Iterable[str], pinned: Versions) -> Versions:
    """The wishes and everything that they bring, by architecture, beside what minbase has.

    Args:
        debian: the lists.
        wishes: as apt takes them, "r-base-core=4.5.*".
        pinned: versions to take where the lists still have them.

    Raises:
        UnmetError: they do not fit together.
    """
    found: Versions = {}
    asked = list(wishes)
    for architecture in ARCHITECTURES:
        everything = _simulate(debian.container, architecture, [*MINBASE, *asked], pinned)
        there = debian.minbase[architecture] - {wish.split("=")[0] for wish in asked}
        for name in everything.keys() - there:
            found.setdefault(name, {})[architecture] = everything[name]
    return found


def simulated(said: str) -> dict[str, str]:
    """What `apt-get install --simulate` would install.

    Example:
        >>> simulated("Inst libc6 (2.41-12 Debian:13.7 [amd64]) []\\nInst r-base-core [1] (4.5.0-3 Debian [arm64])")
        {'libc6': '2.41-12', 'r-base-core': '4.5.0-3'}
    """
    return dict(re.findall(r"^Inst (\S+?)(?::\w+)? (?:\[\S+\] )?\((\S+) ", said, re.MULTILINE))


def preferences(pinned: Versions, architecture: str) -> str:
    """An apt preferences file that takes these versions, also where there are newer ones.

    Example:
        >>> print(preferences({"r-base-core": {"amd64": "4.5.0-3"}}, "amd64"))
        Package: r-base-core
        Pin: version 4.5.0-3
        Pin-Priority: 1001
    """
    return "\n\n".join(
        f"Package: {name}\nPin: version {versions[architecture]}\nPin-Priority: 1001"
        for name, versions in pinned.items()
        if architecture in versions
    )


def _simulate(container: "Container", architecture: str, wishes: Sequence[str], pinned: Versions) -> dict[str, str]:
    _sh(container, f'printf "%s\\n" "$PREFERENCES" > {HOME}/preferences', PREFERENCES=preferences(pinned, architecture))
    # A cache of its own: apt takes ten seconds to make it anew for another architecture.
    own = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "Dir::Cache": f"{HOME}/{architecture}",
    }
    return simulated(_apt(container, "apt-get", *_options(own), "--simulate", "install", *wishes))


def _apt(container: "Container", program: str, *words: str) -> str:
    return _sh(container, shlex.join([program, *_options(SETTINGS), *words]))


def _options(settings: Mapping[str, str]) -> list[str]:
    return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]


def _sh(container: "Container", command: str, **environment: str) -> str:
    code, output = container.exec_run(["sh", "-ec", command], environment=environment, demux=True)
    out, err = (bytes(part or b"") for part in output)
    if code:
        raise UnmetError("\n".join(f"  | {line}" for line in (out + err).decode().splitlines()[-15:]))
    return out.decode()
