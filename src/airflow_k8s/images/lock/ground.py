"""What fits where: wishes, resolved on the ground of an image, and what keeps a newer release out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.version import Version

from airflow_k8s.images.lock import uv
from airflow_k8s.images.lock.downgrade import Blame, behind, consents, far_older, to_blame
from airflow_k8s.images.lock.texts import blocks, name_of, pins

ALONE, FREE = "beside Airflow alone", "without Airflow"


@dataclass(frozen=True)
class Ground:
    """Where wishes are to live.

    Args:
        name: the image, or the environment, as messages call it.
        python: the release of Python, "3.13".
        airflow: the version that lives there too; None in an isolated environment.
        above: locks whose pins nothing here may move, by image, the nearest first.
        seconds: that one resolution may take.
    """

    name: str
    python: str
    airflow: str | None = None
    above: Mapping[str, str] = field(default_factory=dict)
    seconds: float = uv.LIMIT

    @property
    def roots(self) -> list[str]:
        """What is wished for wherever Airflow is."""
        return [f"apache-airflow=={self.airflow}"] if self.airflow else []

    @property
    def pinned(self) -> dict[str, dict[str, str]]:
        """The pins above, by image and package."""
        return {image: pins(lock) for image, lock in self.above.items()}


@dataclass(frozen=True)
class HeldBack:
    """A wish whose answer is not the newest.

    Args:
        wish: the package.
        got: the version it has here.
        good: the version it would have.
        where: in which company it would have that: ``ALONE`` or ``FREE``.
        blame: the pins that keep it out; empty where uv names none.
    """

    wish: str
    got: str
    good: str
    where: str
    blame: tuple[Blame, ...] = ()

    @property
    def far(self) -> bool:
        """Whether nobody can have meant it; what is made for Airflow follows Airflow, however old."""
        return far_older(self.got, self.good) and not (self.where == FREE and self.wish.startswith("apache-airflow"))

    def __str__(self) -> str:
        """The note beside a package.

        Example:
            >>> print(HeldBack("mlflow", "1.27.0", "3.17.2", ALONE))
            3.17.2 beside Airflow alone
        """
        because = f": {', '.join(map(str, self.blame))}" if self.blame else ""
        return f"{self.good} {self.where}{because}"


def lock(ground: Ground, wishes: Iterable[str], kept: str = "", *, upgrade: bool = False) -> str:
    """The lock of some wishes: what they add to the pins above.

    Raises:
        UnresolvedError: they do not fit.
    """
    roots = [] if ground.above else ground.roots
    options = [*uv.UNIVERSAL, *["--upgrade"] * upgrade]
    text = uv.resolve(
        [*roots, *wishes],
        ground.python,
        ground.above.values(),
        kept=kept,
        options=options,
        seconds=ground.seconds,
    )
    above = {name for versions in ground.pinned.values() for name in versions}
    return "".join(block for block in blocks(text) if name_of(block) not in above)


def held_back(ground: Ground, wishes: Sequence[Requirement], got: Mapping[str, str]) -> Iterator[HeldBack]:
    """Wishes that did not get the newest release for this Python, each with what keeps it out.

    A wish with an upper bound said itself that an older one will do. One resolution finds the suspects;
    only they cost more.

    Args:
        ground: where they live.
        wishes: the ones to judge.
        got: the versions of everything there.
    """
    open_wishes = {name_of(wish.name): wish for wish in wishes if not consents(wish)}
    best = newest(ground, open_wishes.values()) if open_wishes else {}
    for name, wish in open_wishes.items():
        if name in best and behind(latest(got[name]), best[name]):
            yield from _judge(ground, wish, latest(got[name]))


def blame(ground: Ground, exact: Iterable[str]) -> tuple[Blame, ...]:
    """The pins above that keep out what is named, with exact versions; none where uv names none in time."""
    try:
        uv.resolve(exact, ground.python, ground.above.values(), seconds=ground.seconds)
    except uv.UnresolvedError as refused:
        return to_blame(refused.said, ground.pinned)
    return ()


def alone(ground: Ground, wishes: Iterable[str], *, airflow: bool = True) -> dict[str, str]:
    """The versions that wishes get with nothing above them, beside Airflow or without it.

    Raises:
        UnresolvedError: they do not fit.
    """
    roots = ground.roots if airflow else []
    text = uv.resolve([*roots, *wishes], ground.python, seconds=ground.seconds)
    return {name: latest(version) for name, version in pins(text).items()}


def newest(ground: Ground, wishes: Iterable[Requirement]) -> dict[str, str]:
    """The newest release of each wish for this Python, whatever else it needs."""
    text = uv.resolve(map(str, wishes), ground.python, options=["--universal", "--no-deps"], seconds=ground.seconds)
    return {name: latest(version) for name, version in pins(text).items()}


def _judge(ground: Ground, wish: Requirement, got: str) -> Iterator[HeldBack]:
    """Ask again with less and less in the way, until the answer is a better one."""
    name = name_of(wish.name)
    for where, airflow in ((ALONE, True), (FREE, False)) if ground.airflow else ((FREE, False),):
        with suppress(uv.UnresolvedError):
            good = alone(ground, [str(wish)], airflow=airflow)[name]
            if behind(got, good):
                yield HeldBack(name, got, good, where, blame(ground, [exactly(wish, good)]))
                return


def exactly(wish: Requirement, version: str) -> str:
    """A wish for one release, with the extras of another wish.

    Example:
        >>> exactly(Requirement("dask[array]>=2"), "2026.1")
        'dask[array]==2026.1'
    """
    extras = f"[{','.join(sorted(wish.extras))}]" if wish.extras else ""
    return f"{wish.name}{extras}=={version}"


def latest(version: str) -> str:
    """The newest of the versions of a pin.

    Example:
        >>> latest("2.9 or 2.10")
        '2.10'
    """
    return max(version.split(" or "), key=Version)
