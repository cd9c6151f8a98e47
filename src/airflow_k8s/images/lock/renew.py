"""Write locks: what every image wants becomes what it gets, parents first, all of it or nothing."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.requirements import Requirement

from airflow_k8s.cluster import osimage
from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import Catalogue
from airflow_k8s.images.lock import debian, trial, uv
from airflow_k8s.images.lock.downgrade import to_blame
from airflow_k8s.images.lock.ground import Ground, HeldBack, held_back, lock
from airflow_k8s.images.lock.texts import (
    Move,
    Versions,
    debian_head,
    debian_moves,
    debian_text,
    debian_versions,
    lines,
    name_of,
    pins,
    python_moves,
    requirement,
)
from airflow_k8s.images.plan import arguments
from airflow_k8s.paths import ROOT
from airflow_k8s.progress import step


@dataclass(frozen=True)
class Checkout:
    """The wishes and locks of a checkout; what is new waits here until everything has an answer.

    Args:
        catalogue: the images.
        airflow: the version of Airflow.
        root: the checkout.
        seconds: that one resolution may take.
        new: texts by path, not written yet.
    """

    catalogue: Catalogue
    airflow: str
    root: Path = ROOT
    seconds: float = uv.LIMIT
    new: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str:
        """A text, the new one if there is one; empty where there is no such file."""
        file = self.root / path
        return self.new.get(path, file.read_text() if file.is_file() else "")

    def write(self) -> None:
        """Write what is new."""
        for path, text in self.new.items():
            (self.root / path).write_text(text)

    def wishes(self, path: str) -> list[Requirement]:
        """The Python wishes of a file."""
        return [requirement(line, path) for line in lines(self.read(path))]

    def debian_wishes(self, name: str) -> dict[str, str]:
        """What an image wants of Debian, itself."""
        place = f"images/{name}"
        told = arguments(self.catalogue.images[name], self.catalogue.version(name, self.airflow))
        return debian.wished(self.read(f"{place}/debian.in"), self.read(f"{place}/r.in"), told, place)

    def ground(self, name: str) -> Ground:
        """Where the Python wishes of an image live: on its parents' locks."""
        return Ground(name, python_release(self.catalogue), *self.company(name), seconds=self.seconds)

    def on(self, name: str) -> Ground:
        """Where the wishes of a child of an image would live."""
        ground, own = self.ground(name), self.read(f"images/{name}/requirements.txt")
        return replace(ground, above={**({name: own} if own else {}), **ground.above})

    def environment(self, name: str, environment: str) -> Ground:
        """Where the wishes of an isolated environment live: on nothing."""
        return Ground(f"{name}/{environment}", python_release(self.catalogue), seconds=self.seconds)

    def company(self, name: str) -> tuple[str | None, dict[str, str]]:
        """What the Python wishes of an image live with: the version of Airflow, and the locks of its parents."""
        line = self.catalogue.line(name)
        above = {one: text for one in line[1:] if (text := self.read(f"images/{one}/requirements.txt"))}
        return None if self.catalogue.images[line[-1]].builder else self.airflow, above


def python_release(catalogue: Catalogue) -> str:
    """The one Python release that the catalogue names; images with different ones could not share tasks.

    Raises:
        UserError: it names none, or more than one.
    """
    named = {release for image in catalogue.images.values() if (release := image.releases.get("python"))}
    if len(named) != 1:
        said = ", ".join(sorted(named)) or "none"
        raise UserError("Locks need one Python release.", f"The catalogue names {said}.", "Name it at the root image.")
    return named.pop()


def affected(catalogue: Catalogue, names: tuple[str, ...]) -> list[str]:
    """The named images and all that is built on them, parents first; every image where none is named.

    Raises:
        UserError: there is no such image.

    Example:
        >>> from airflow_k8s.images.catalogue import example
        >>> affected(example(), ("base",))
        ['base', 'r-data']
    """
    catalogue.wanted(names)
    return [name for name in catalogue.order() if not names or set(catalogue.line(name)) & set(names)]


def renew(checkout: Checkout, names: tuple[str, ...] = (), *, upgrade: bool = False) -> list[Move]:
    """Find new locks for the named images and those built on them, and tell what moves; `Checkout.write` keeps them.

    Args:
        checkout: wishes and locks; gets the new texts.
        names: images; none means all.
        upgrade: take newer versions; without, what is locked stays as long as it fits.

    Raises:
        UserError: no versions fit, a package does not exist, or one would silently be far older than it should.
    """
    images = affected(checkout.catalogue, names)
    moves = [move for name in images for move in _python(checkout, name, upgrade=upgrade)]
    return moves + _debian(checkout, [name for name in images if checkout.debian_wishes(name)], upgrade=upgrade)


def _python(checkout: Checkout, name: str, *, upgrade: bool) -> list[Move]:
    grounds = {"": checkout.ground(name)}
    for environment in checkout.catalogue.images[name].environments:
        grounds[environment] = checkout.environment(name, environment)
    found: list[Move] = []
    for environment, ground in grounds.items():
        path = f"images/{name}/environments/{environment}" if environment else f"images/{name}/requirements"
        if checkout.read(f"{path}.in"):
            with step(f"lock the libraries of {ground.name}"):
                before, held = checkout.read(f"{path}.txt"), _lock(checkout, ground, path, upgrade=upgrade)
            after = checkout.read(f"{path}.txt")
            found += _noted(python_moves(name, before, after, environment), held, name, after, environment)
    return found


def _lock(checkout: Checkout, ground: Ground, path: str, *, upgrade: bool) -> list[HeldBack]:
    """Lock one file; what it already held was judged when it came in, so only what moves can be refused."""
    wishes, before = checkout.wishes(f"{path}.in"), checkout.read(f"{path}.txt")
    try:
        text = lock(ground, map(str, wishes), before, upgrade=upgrade)
    except uv.UnresolvedError as refused:
        raise _unresolved(ground, wishes, before, refused, f"{path}.in") from refused
    old, got = pins(before), {**trial.above(ground), **pins(text)}
    moved = [wish for wish in wishes if old.get(name_of(wish.name)) != got.get(name_of(wish.name))]
    held = list(held_back(ground, wishes if upgrade else moved, got))
    for wish in moved:
        far = [one for one in held if one.far and one.wish == name_of(wish.name)]
        if far:
            raise trial.error(ground, trial.judged(ground, [wish], got, far), f"{path}.in")
    checkout.new[f"{path}.txt"] = text
    return held


def _unresolved(
    ground: Ground, wishes: Sequence[Requirement], before: str, refused: uv.UnresolvedError, place: str
) -> UserError:
    """Try what is new alone: mostly that is what does not fit. Else uv's own words name pins and wishes."""
    locked = {**trial.above(ground), **pins(before)}
    for wish in wishes:
        if name_of(wish.name) not in locked:
            tried = trial.attempt(ground, str(wish))
            if tried.todo != "same environment":
                return trial.error(ground, tried, place)
    blamed = to_blame(refused.said, ground.pinned)
    said = refused.said or f"It found no answer in {ground.seconds:.0f} s."
    why = f"In the way is {', '.join(map(str, blamed))}. " * bool(blamed) + f"uv said:\n{trial.quoted(said)}\n"
    return UserError(f"The wishes of {ground.name} do not fit together.", why, f"Loosen one of them in {place}.")


def _noted(moves: list[Move], held: Iterable[HeldBack], image: str, lock: str, environment: str) -> list[Move]:
    """Moves, each with what holds it back; and what is held back without a move."""
    notes = {one.wish: str(one) for one in held}
    told = [replace(move, note=notes.pop(move.package, "")) for move in moves]
    now, kind = pins(lock), "environment" if environment else "python"
    return told + [
        Move(name, image, now[name], now[name], kind, environment, note) for name, note in notes.items() if name in now
    ]


def _debian(checkout: Checkout, names: Sequence[str], *, upgrade: bool) -> list[Move]:
    if not names:
        return []
    release = checkout.catalogue.debian
    moves: list[Move] = []
    mirror = os.environ.get(osimage.MIRROR)
    with debian.lists(release, osimage.sources(release, mirror) if mirror else "") as lists:
        for name in names:
            path = f"images/{name}/debian.txt"
            with step(f"lock the Debian packages of {name}"):
                before, after = checkout.read(path), debian_lock(checkout, lists, name, upgrade=upgrade)
            checkout.new[path] = after
            moves += debian_moves(name, before, after)
    return moves


def debian_lock(checkout: Checkout, lists: debian.Lists, name: str, *, upgrade: bool) -> str:
    """The text of an image's debian.txt: all that its line wants, less what its parents have."""
    line, before = checkout.catalogue.line(name), checkout.read(f"images/{name}/debian.txt")
    wishes = {asked: written for one in line for asked, written in checkout.debian_wishes(one).items()}
    problem = debian.missing(wishes, lists.names, f"images/{name}", checkout.catalogue.debian)
    if problem:
        raise problem
    above = {one: debian_versions(checkout.read(f"images/{one}/debian.txt")) for one in line[1:]}
    parents = {package: versions for one in above.values() for package, versions in one.items()}
    kept = {} if upgrade else debian_versions(before)
    found = _closure(lists, wishes, parents, kept, f"images/{name}")
    refuse_moves(name, above, found)
    added = {package: versions for package, versions in found.items() if package not in parents}
    head = debian_head(checkout.catalogue.debian, lists.date)
    return before if debian_versions(before) == added else debian_text(head, added)


def _closure(lists: debian.Lists, wishes: Iterable[str], parents: Versions, kept: Versions, place: str) -> Versions:
    try:
        return debian.closure(lists, wishes, {**kept, **parents})
    except debian.UnmetError as unmet:
        if kept:  # what was locked does not fit what is wanted now
            return _closure(lists, wishes, parents, {}, place)
        why = f"apt said:\n{unmet}\n"
        raise UserError(f"Debian's packages for {place} do not fit together.", why, "Loosen debian.in.") from unmet


def refuse_moves(name: str, above: dict[str, Versions], found: Versions) -> None:
    """See to it that a child has its parents' packages in its parents' versions.

    Args:
        name: the child.
        above: the packages that its parents have locked, by parent.
        found: the packages that the child would have.

    Raises:
        UserError: names each that would move, and from what to what.
    """
    for parent, packages in above.items():
        moved = [package for package in packages if found.get(package, packages[package]) != packages[package]]
        if moved:
            shown = ", ".join(
                f"{package} ({_either(packages[package])} → {_either(found[package])})" for package in moved
            )
            raise UserError(
                f"{name} would move Debian packages of {parent}: {shown}.",
                "A child is its parent plus additions, and the mirror has other versions than the parent's lock.",
                f"Renew the parent too: `airflow-k8s images lock {parent}`.",
            )


def _either(versions: dict[str, str]) -> str:
    return " or ".join(sorted(set(versions.values())))
