"""What would happen if something were added to an image, in one of six words, and what to do about it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from packaging.requirements import Requirement

from airflow_k8s.errors import UserError
from airflow_k8s.images.lock import sizes, uv
from airflow_k8s.images.lock.downgrade import Blame, far_older, just_above
from airflow_k8s.images.lock.ground import (
    FREE,
    Ground,
    HeldBack,
    alone,
    blame,
    exactly,
    held_back,
    latest,
    lock,
    newest,
)
from airflow_k8s.images.lock.texts import name_of, pins, requirement


class Verdict(StrEnum):
    """What became of a wish, from good to bad."""

    FITS = "fits"
    HELD = "held back"
    OLDER = "silently older"
    UNFIT = "does not fit"
    ISOLATED = "only isolated"
    NOWHERE = "not to be had"


@dataclass(frozen=True)
class Trial:
    """The outcome for one wish, or for several that belong together.

    Args:
        wish: as it was asked for, "dbt-core dbt-postgres".
        verdict: in a word.
        got: the versions that its packages have here; empty where none fits.
        good: the versions that they have with less in the way; empty where those are the same.
        blame: the pins of the image, or of those it is built on, that make the difference.
        home: the nearest image that it could be built on instead; empty where there is none.
        packages: how many it adds.
        size: MB to download; None where the index does not say.
        seconds: what the answer took.
        said: what uv said, where nothing else explains.
    """

    wish: str
    verdict: Verdict
    got: Mapping[str, str] = field(default_factory=dict)
    good: Mapping[str, str] = field(default_factory=dict)
    blame: tuple[Blame, ...] = ()
    home: str = ""
    packages: int | None = None
    size: float | None = None
    seconds: float = 0
    said: str = ""

    @property
    def todo(self) -> str:
        """Where such a library belongs."""
        if self.verdict in (Verdict.FITS, Verdict.HELD):
            return "same environment"
        if self.verdict is Verdict.NOWHERE:
            return ""
        return f"own image on {self.home}" if self.home else "isolated environment"


def attempt(ground: Ground, wish: str) -> Trial:
    """Try one wish, without writing anything.

    Args:
        ground: where.
        wish: requirements with blanks between them, which are wished for together.

    Raises:
        UserError: it is no requirement.
    """
    begin = time.monotonic()
    asked = [requirement(word, "images try") for word in wish.split()]
    try:
        text = lock(ground, map(str, asked))
    except uv.UnresolvedError as refused:
        trial = replace(refusal(ground, asked, refused), wish=wish)
    else:
        trial = _fitting(ground, asked, text, wish)
    return replace(trial, seconds=round(time.monotonic() - begin, 1))


def refusal(ground: Ground, asked: Sequence[Requirement], refused: uv.UnresolvedError) -> Trial:
    """Why some wishes have no answer: what they would be with less in the way, and what is in the way."""
    wish = " ".join(map(str, asked))
    for verdict, good in _better(ground, asked):
        exact = [exactly(one, good[name_of(one.name)]) for one in asked]
        home, more = _elsewhere(ground, asked, good) if verdict is Verdict.UNFIT else ("", ())
        return Trial(wish, verdict, {}, good, _each_once(*blame(ground, exact), *more), home)
    return Trial(wish, Verdict.NOWHERE, said=refused.said or f"uv found no answer in {ground.seconds:.0f} s")


def judged(ground: Ground, asked: Sequence[Requirement], got: Mapping[str, str], held: Sequence[HeldBack]) -> Trial:
    """What it means that these wishes are held back."""
    good = {one.wish: one.good for one in held}
    verdict = _verdict(ground, held)
    home, more = _elsewhere(ground, asked, good) if verdict is Verdict.OLDER else ("", ())
    here = {name: got[name] for one in asked if (name := name_of(one.name)) in got}
    blamed = _each_once(*(pin for one in held for pin in one.blame), *more)
    return Trial(" ".join(map(str, asked)), verdict, here, good, blamed, home)


def error(ground: Ground, trial: Trial, place: str) -> UserError:
    """A trial that ended badly, in sentences.

    Example:
        >>> pin = Blame("pyarrow", "26.0.1", "python-data", "pyarrow<26")
        >>> older = Trial("mlflow", Verdict.OLDER, {"mlflow": "1.27.0"}, {"mlflow": "3.17.2"}, (pin,), "base")
        >>> for sentence in error(Ground("python-data", "3.13"), older, "requirements.in").args:
        ...     print(sentence)
        python-data cannot have `mlflow`: it would silently be mlflow 1.27.0 instead of 3.17.2.
        In the way is `pyarrow==26.0.1` of python-data (wanted: pyarrow<26).
        Give it an image of its own on `base`, or an isolated environment. If the old one is meant, say `mlflow<2` in requirements.in.
    """  # noqa: E501  (what it says is one line)
    if trial.verdict is Verdict.NOWHERE:
        why = f"uv said:\n{quoted(trial.said)}\n"
        return UserError(f"{ground.name} cannot have `{trial.wish}`.", why, f"Mend or loosen it in {place}.")
    older = [f"{name} {trial.got[name]} instead of {good}" for name, good in trial.good.items() if name in trial.got]
    how = f"it would silently be {', '.join(older)}" if older else "no release of it fits"
    remedy = f"Give it an image of its own on `{trial.home}`, or an" if trial.home else "Give it an"
    bounds = " ".join(f"{name}<{just_above(trial.got[name])}" for name in trial.good if name in trial.got)
    meant = f" If the old one is meant, say `{bounds}` in {place}." if bounds else ""
    return UserError(
        f"{ground.name} cannot have `{trial.wish}`: {how}.",
        _in_the_way(trial),
        f"{remedy} isolated environment.{meant}",
    )


def _in_the_way(trial: Trial) -> str:
    if trial.blame:
        return f"In the way is {', '.join(map(str, trial.blame))}."
    return "Airflow itself is in the way." if trial.verdict is Verdict.ISOLATED else "uv names no single pin."


def quoted(said: str) -> str:
    """The last lines of what a program said."""
    return "\n".join(f"  | {line}" for line in said.splitlines()[-15:])


def _fitting(ground: Ground, asked: Sequence[Requirement], text: str, wish: str) -> Trial:
    added = pins(text)
    got = {**above(ground), **added}
    trial = judged(ground, asked, got, list(held_back(ground, asked, got)))
    size = sizes.download(ground, map(str, asked), added) if trial.todo == "same environment" else None
    return replace(trial, wish=wish, packages=len(added), size=size)


def _each_once(*pins: Blame) -> tuple[Blame, ...]:
    return tuple(dict.fromkeys(pins))


def _verdict(ground: Ground, held: Sequence[HeldBack]) -> Verdict:
    if not held:
        return Verdict.FITS
    far = [one for one in held if one.far]
    if not far:
        return Verdict.HELD
    return Verdict.ISOLATED if ground.airflow and any(one.where == FREE for one in far) else Verdict.OLDER


def _better(ground: Ground, asked: Sequence[Requirement]) -> Iterator[tuple[Verdict, dict[str, str]]]:
    """What wishes would be with less and less in the way, if that is what the wisher meant."""
    with suppress(uv.UnresolvedError):
        best = newest(ground, asked)
        for verdict, airflow in ((Verdict.UNFIT, True), (Verdict.ISOLATED, False)):
            with suppress(uv.UnresolvedError):
                versions = alone(ground, map(str, asked), airflow=airflow)
                good = {name: versions[name] for one in asked if (name := name_of(one.name)) in best}
                if not airflow or not any(far_older(good[name], best[name]) for name in best):
                    yield verdict, good


def _elsewhere(ground: Ground, asked: Sequence[Requirement], good: Mapping[str, str]) -> tuple[str, tuple[Blame, ...]]:
    """The nearest image below the one in question on which nothing is far older: tried, not guessed.

    Where there is none: what the lowest one has in the way.
    """
    exact = [exactly(one, good[name]) for one in asked if (name := name_of(one.name)) in good]
    images = list(ground.above)
    blamed: tuple[Blame, ...] = ()
    for number, image in enumerate(images[1:], start=1):
        lower = replace(ground, name=image, above={name: ground.above[name] for name in images[number:]})
        with suppress(uv.UnresolvedError):
            got = {**above(lower), **pins(lock(lower, map(str, asked)))}
            if not any(far_older(latest(got[name]), version) for name, version in good.items()):
                return image, ()
        blamed = blame(lower, exact)
    return "", blamed


def above(ground: Ground) -> dict[str, str]:
    """The versions of everything that an image is built on."""
    return {name: version for versions in ground.pinned.values() for name, version in versions.items()}
