"""A team's own image: its folder, its entry in the catalogue and its test, made together or not at all."""

import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import yaml

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import Catalogue, nearest, parse
from airflow_k8s.paths import ROOT

LONGEST = 63
"""Characters that a label of Kubernetes may have: a task's pod carries the image's name in one."""

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
"""What the chart's schema takes for an image, and every registry as a part of a path."""

RESERVED = {"every": "the tests of every image", "catalogue": "the catalogue itself"}


@dataclass(frozen=True)
class Kind:
    """A kind of library: the file that names those wanted, how a name is spelt, and an example."""

    file: str
    spelling: re.Pattern[str]
    example: str


KINDS = {
    "python": Kind("requirements.in", re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w, .-]+\])?( *[=<>!~][^\n]*)?"), "geopandas"),
    "r": Kind("r.in", re.compile(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]"), "sf"),
    "debian": Kind("debian.in", re.compile(r"[a-z0-9][a-z0-9+.-]+"), "gdal-bin"),
}


@dataclass(frozen=True)
class Wish:
    """The image that somebody wants.

    Args:
        name: what analysts will call it.
        parent: the image it is built on.
        libraries: what it adds, by kind (``python``, ``r``, ``debian``).
        purpose: one sentence for those who choose an image; empty: what it adds to which.
        owner: the team that answers for it; empty: its parent's.
    """

    name: str
    parent: str
    libraries: dict[str, tuple[str, ...]]
    purpose: str = ""
    owner: str = ""

    @property
    def added(self) -> str:
        """All that it adds, as a list in a sentence."""
        return ", ".join(bare(library) for kind in KINDS for library in self.libraries.get(kind, ()))


def bare(library: str) -> str:
    """A library's name without what is said about its version.

    Example:
        >>> bare("Pandas[excel]>=3"), bare("data.table")
        ('Pandas', 'data.table')
    """
    return re.split(r"[^\w.+-]", library, maxsplit=1)[0]


def create(wish: Wish, lock: Callable[[Catalogue], object], root: Path = ROOT) -> list[Path]:
    """Make the image's folder, its test and its entry; whatever stops this, Ctrl-C too, leaves nothing of them.

    Args:
        wish: the image.
        lock: freezes what the image wants, given the catalogue that has it.
        root: the checkout.

    Returns:
        The files that were made or changed.

    Raises:
        UserError: a wish that cannot be, or that cannot be locked.
    """
    path = root / "images" / "catalogue.yaml"
    catalogue = parse(yaml.safe_load(extended(path.read_text(), wish)))
    folders = [root / "images" / wish.name, root / "tests" / "images" / wish.name]
    with ExitStack() as undo:
        for folder in folders:
            _refuse_what_is_there(folder, root)
            undo.callback(shutil.rmtree, folder, ignore_errors=True)
        for name, text in files(wish).items():
            _write(root / name, text)
        _locked(wish, lock, catalogue)
        before = path.read_text()  # again: somebody may have edited it while libraries were resolved
        undo.callback(path.write_text, before)
        _replace(path, extended(before, wish))
        undo.pop_all()
    return [*sorted(file for folder in folders for file in folder.rglob("*") if file.is_file()), path]


def extended(text: str, wish: Wish) -> str:
    """A catalogue with the image's entry at its end; the rest of the text stays as it is.

    Args:
        text: the catalogue file.
        wish: the image.

    Raises:
        UserError: the image cannot be, or the text is laid out in a way that has no place for it at its end.
    """
    before = parse(yaml.safe_load(text))
    check(wish, before)
    new = entry(wish, before)
    try:
        after = parse(yaml.safe_load(text.rstrip() + "\n\n" + new))
        added = set(after.images) - set(before.images) == {wish.name}
    except (yaml.YAMLError, UserError):
        added = False
    if not added:
        why = f"Its images do not stand last in it, two spaces deep. This is the entry:\n{new}"
        raise UserError("The catalogue has no place for a new image at its end.", why, "Bring them there.")
    return text.rstrip() + "\n\n" + new


def check(wish: Wish, catalogue: Catalogue) -> None:
    """See that such an image can be.

    Raises:
        UserError: no name for an image, one that is taken, a parent that cannot be one, or no library to add.

    Example:
        >>> from airflow_k8s.images.catalogue import example
        >>> check(Wish("geo", "r-dta", {"r": ("sf",)}), example())
        Traceback (most recent call last):
        airflow_k8s.errors.UserError: `geo` cannot be built on `r-dta`. The catalogue has base, r-data. Did you mean `r-data`?
    """  # noqa: E501  (what it says is one line)
    _check_name(wish.name, catalogue)
    _check_parent(wish, catalogue)
    _check_libraries(wish)


def entry(wish: Wish, catalogue: Catalogue) -> str:
    """The image's entry as text: sizes and budget are its parent's until somebody measures.

    Example:
        >>> from airflow_k8s.images.catalogue import example
        >>> print(entry(Wish("geo", "base", {"r": ("sf",)}), example()))
          geo:
            parent: base
            purpose: What base has, and sf.
            owner: data
            budget: {size: 501}
        <BLANKLINE>
    """
    parent = catalogue.images[wish.parent]
    about: dict[str, object] = {"parent": wish.parent}
    about["purpose"] = wish.purpose or f"What {wish.parent} has, and {wish.added}."
    about["owner"] = wish.owner or parent.owner
    about |= {key: value for key in ("cpu", "memory") if (value := getattr(parent, key)) is not None}
    about["budget"] = {"size": parent.budget.size + MORE}
    text = yaml.safe_dump({wish.name: about}, sort_keys=False, default_flow_style=None, allow_unicode=True, width=9999)
    return "".join(f"  {line}\n" for line in text.splitlines())


MORE = 500
"""MB that a new image may weigh more than its parent, until ``make bench`` has shown what it does."""


def files(wish: Wish) -> dict[str, str]:
    """The files of an image by path: a list for each kind of library, and a test in each language.

    Example:
        >>> list(files(Wish("geo", "base", {"python": ("geopandas",), "r": ("sf",)})))
        ['images/geo/requirements.in', 'images/geo/r.in', 'tests/images/geo/units/geo.py', 'tests/images/geo/units/geo.R']
    """  # noqa: E501  (what it says is one line)
    wanted = {KINDS[kind].file: _list(wish, kind) for kind in KINDS if wish.libraries.get(kind)}
    tests = {f"{wish.name}.py": _python_test(wish), f"{wish.name}.R": _r_test(wish)}
    return {f"images/{wish.name}/{name}": text for name, text in wanted.items()} | {
        f"tests/images/{wish.name}/units/{name}": text for name, text in tests.items() if text
    }


def _list(wish: Wish, kind: str) -> str:
    head = f"# What {wish.name} adds to {wish.parent}. Write a reason behind a name where it is not obvious.\n"
    return head + "".join(f"{library}\n" for library in wish.libraries[kind])


ABOUT_UNITS = (
    "Run inside {name} and every image built on it, without a network, as a uid that no image knows.",
    "Say here in a few lines what your team does with it; that each library loads is tested anyway.",
)


def _python_test(wish: Wish) -> str:
    checks = [f'assert version("{bare(library)}")' for library in wish.libraries.get("python", ())]
    head = ["from importlib.metadata import version", ""] if checks else []
    programs = wish.libraries.get("debian", ())
    if programs:
        head = ["import subprocess", *(head or [""])]
        checks += [f'subprocess.run(["dpkg", "--status", "{name}"], check=True)' for name in programs]
    about = "\n\n".join(ABOUT_UNITS).format(name=wish.name)
    return "\n".join([f'"""{about}\n"""', "", *head, *checks, ""]) if checks else ""


def _r_test(wish: Wish) -> str:
    about = [f"# {line}".format(name=wish.name) for line in ABOUT_UNITS]
    checks = [f"library({name})" for name in wish.libraries.get("r", ())]
    return "\n".join([*about, *checks, ""]) if checks else ""


def _check_name(name: str, catalogue: Catalogue) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        why = f"A name has small letters, digits and hyphens between them, {LONGEST} characters at most."
        raise UserError(f"`{name}` cannot be an image's name.", why, f"Call it `{_mended(name)}`, say.")
    if name in RESERVED:
        raise UserError(f"`{name}` cannot be an image's name.", f"It means {RESERVED[name]}.", "Choose another.")
    if name in catalogue.images:
        about = catalogue.images[name].purpose
        raise UserError(
            f"There is an image `{name}` already.", f"It is: {about}", "Choose another name, or add to its lists."
        )


def _mended(name: str) -> str:
    """The nearest name that can be one."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:LONGEST].strip("-") or "geo"


def _check_parent(wish: Wish, catalogue: Catalogue) -> None:
    what = f"`{wish.name}` cannot be built on `{wish.parent}`."
    able = [name for name, image in catalogue.images.items() if image.tasks and not image.builder]
    if wish.parent not in catalogue.images:
        known = f"The catalogue has {', '.join(able)}."
        raise UserError(what, known, nearest(wish.parent, able) or "Name one of these.")
    if wish.parent not in able:
        raise UserError(what, "No task can run on that image: it has no Airflow.", f"Name {' or '.join(able)}.")


def _check_libraries(wish: Wish) -> None:
    if not wish.added:
        why = f"It would be {wish.parent} under another name."
        raise UserError(f"`{wish.name}` adds nothing.", why, "Say what it adds: --python, --r or --debian.")
    for kind, libraries in wish.libraries.items():
        for library in libraries:
            if not KINDS[kind].spelling.fullmatch(library):
                why = f"--{kind} takes one name, as in --{kind} {KINDS[kind].example}, and may be given again."
                raise UserError(f"`{library}` names no library of this kind.", why, "Mend it.")


def _refuse_what_is_there(folder: Path, root: Path) -> None:
    if folder.exists():
        place = folder.relative_to(root)
        why = "An image's folder has its name, and this is of something else."
        raise UserError(f"There is a folder {place} already.", why, "Choose another name, or move the folder away.")


def _locked(wish: Wish, lock: Callable[[Catalogue], object], catalogue: Catalogue) -> None:
    try:
        lock(catalogue)
    except UserError as failed:
        remedy = f"{failed.remedy} Or use --no-lock, and go on from its files."
        raise UserError(f"`{wish.name}` was not made: {failed.what}", failed.why, remedy) from failed


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _replace(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text)
    unfinished.replace(path)
