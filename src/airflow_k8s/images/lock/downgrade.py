"""Whether a resolver's answer is what the wisher meant, and which pin is to blame where it is not. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from packaging.requirements import Requirement
from packaging.version import Version

UPPER = ("<", "<=", "==", "===", "~=")
"""Operators that say an older release is wanted."""


def far_older(got: str, alone: str) -> bool:
    """Whether a release is so far behind another that nobody who asked for the package can have meant it.

    That is so when the first number that is not 0 is a smaller one (the one that authors raise when they break
    something), or when it is a pre-release where there is a final one.

    Args:
        got: what the resolver answers in an image.
        alone: what it answers with nothing in the way.

    Example:
        >>> far_older("1.27.0", "3.17.2"), far_older("3.16.0", "3.17.2"), far_older("0.228.4", "0.236.4")
        (True, False, True)
    """
    ours, theirs = Version(got), Version(alone)
    if ours.is_prerelease and not theirs.is_prerelease:
        return True
    return ours < theirs and (ours.epoch, _significant(ours)) != (theirs.epoch, _significant(theirs))


def behind(got: str, alone: str) -> bool:
    """Whether a release is not what the resolver takes with nothing in the way: older, or a pre-release.

    Example:
        >>> behind("3.16.0", "3.17.2"), behind("2.0.0rc9", "1.12.6"), behind("3.17.2", "3.17.2")
        (True, True, False)
    """
    return far_older(got, alone) or Version(got) < Version(alone)


def consents(wish: Requirement) -> bool:
    """Whether the wish itself says that an older release will do.

    Example:
        >>> consents(Requirement("mlflow<2")), consents(Requirement("mlflow>=2"))
        (True, False)
    """
    return any(bound.operator in UPPER for bound in wish.specifier)


def just_above(version: str) -> str:
    """The bound that keeps a release and excludes what is far newer.

    Example:
        >>> just_above("1.27.0"), just_above("0.228.4"), just_above("2.0.0rc9")
        ('2', '0.229', '2')
    """
    if Version(version).is_prerelease:
        return Version(version).base_version.removesuffix(".0").removesuffix(".0")
    *zeros, number = _significant(Version(version))
    return ".".join(map(str, [*zeros, number + 1]))


@dataclass(frozen=True)
class Blame:
    """A pin that keeps something out.

    Args:
        package: what is pinned.
        version: to what.
        image: whose lock pins it.
        wanted: what would be needed instead, "pyarrow<26"; empty where the resolver does not say.
    """

    package: str
    version: str
    image: str
    wanted: str = ""

    def __str__(self) -> str:
        """The pin in words.

        Example:
            >>> print(Blame("pyarrow", "26.0.1", "python-data", "pyarrow>=4,<26"))
            `pyarrow==26.0.1` of python-data (wanted: pyarrow>=4,<26)
        """
        return f"`{self.package}=={self.version}` of {self.image}" + f" (wanted: {self.wanted})" * bool(self.wanted)


def to_blame(said: str, pinned: Mapping[str, Mapping[str, str]]) -> tuple[Blame, ...]:
    """The pins that uv names when it explains why there is no solution.

    Args:
        said: uv's explanation.
        pinned: by image, package to version.

    Example:
        >>> said = "Because mlflow==3.17.2 depends on pyarrow>=4,<26 and pyarrow==26.0.1, we can conclude that ..."
        >>> to_blame(said, {"python-data": {"pyarrow": "26.0.1", "pandas": "3.1.1"}})
        (Blame(package='pyarrow', version='26.0.1', image='python-data', wanted='pyarrow>=4,<26'),)
    """
    named = dict.fromkeys(re.findall(r"([\w.-]+)==([\w.+!-]+)", said))
    return tuple(
        Blame(package, version, image, _wanted(said, package, version))
        for package, version in named
        for image, versions in pinned.items()
        if versions.get(package) == version
    )


def _wanted(said: str, package: str, pinned: str) -> str:
    """The bound on a package that uv names beside its pin; of several ranges the last, which is the newest."""
    bounds = re.findall(rf"(?<![\w.-]){re.escape(package)}((?:[<>=!~]=?)[^\s]+?)(?=,?(?:\s|$))", said)
    others = [bound for bound in bounds if bound != f"=={pinned}"]
    return f"{package}{others[-1]}" if others else ""


def _significant(version: Version) -> tuple[int, ...]:
    """The release up to its first number that is not 0: (3,) of 3.17.2, (0, 236) of 0.236.4."""
    zeros = tuple(takewhile(lambda number: number == 0, version.release))
    return version.release[: len(zeros) + 1]
