"""What people are shown of manifests: pure functions from manifests to tables."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from airflow_k8s.images.catalogue import Budget
from airflow_k8s.images.manifest.compare import Change, Difference
from airflow_k8s.images.manifest.locks import Wanted
from airflow_k8s.images.manifest.match import Answer, Hit
from airflow_k8s.images.manifest.model import Manifest, Package
from airflow_k8s.images.sections import Section, megabytes

SMALLEST = 50_000
"""Bytes from which on a layer is worth a line."""

HOW = {"added": "+", "removed": "-", "changed": "~"}


def shelves(manifest: Manifest) -> dict[str, Sequence[Package]]:
    """Every kind of packages that an image has, by what people call it."""
    isolated = {f"Python in {name}": packages for name, packages in manifest.environments.items()}
    found: dict[str, Sequence[Package]] = {"Python": manifest.python, **isolated, "R": manifest.r}
    return {name: packages for name, packages in {**found, "Debian": manifest.debian}.items() if packages}


def packages(title: str, found: Iterable[Package]) -> Section:
    """Packages with their versions and licences."""
    return Section(title, ("package", "version", "licence"), [(one.name, one.version, one.licence) for one in found])


def wanted(manifest: Manifest, names: Wanted) -> list[Section]:
    """The libraries that people asked for, in the versions that the image has; a missing one shows as missing."""
    isolated = (
        (f"Python libraries in /opt/venvs/{name}", wishes, manifest.environments.get(name, ()))
        for name, wishes in names.environments.items()
    )
    kinds: tuple[tuple[str, Iterable[str], Iterable[Package]], ...] = (
        ("Python libraries", names.python, manifest.python),
        *isolated,
        ("R libraries", names.r, manifest.r),
        ("Debian packages", names.debian, manifest.debian),
    )
    return [packages(title, _picked(wishes, found)) for title, wishes, found in kinds if wishes]


def layers(manifest: Manifest) -> Section:
    """What made an image as large as it is, from the bottom up."""
    rows = [(megabytes(one.size), one.image, one.step) for one in manifest.layers if one.size >= SMALLEST]
    return Section("Layers", (">size", "image", "step"), rows)


def facts(manifest: Manifest, budget: Budget | None, compressed: int | None, now: datetime) -> list[tuple[str, str]]:
    """What there is to say of an image in a line each."""
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in manifest.labels.items()}
    releases = [f"{language.title()} {release}" for language, release in manifest.releases.items()]
    counts = [f"{len(found)} {kind}" for kind, found in shelves(manifest).items()]
    told = {
        "for": labels.get("description", ""),
        "owner": labels.get("vendor", ""),
        "built on": labels.get("base.name", ""),
        "size": f"{megabytes(manifest.size)}{_room(manifest.size, budget)}",
        "compressed": megabytes(compressed) if compressed else "",
        "made": f"{manifest.created:%Y-%m-%d %H:%M} UTC, {age(manifest.created, now)}",
        "languages": ", ".join(releases),
        "packages": ", ".join(counts),
        "user": manifest.user or "root",
        "runs": " ".join([*manifest.entrypoint, *manifest.command]),
        "reference": manifest.reference,
        "id": manifest.image_id,
        "digest": manifest.digest or "none: neither pushed nor pulled",
        "drifted": ", ".join(f"{one.name} {one.locked} → {one.installed or 'gone'}" for one in manifest.drifted),
    }
    return [(what, said) for what, said in told.items() if said]


def age(created: datetime, now: datetime) -> str:
    """How long ago, in the unit that says it shortest.

    Example:
        >>> from datetime import UTC
        >>> age(datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 22, 8, 50, tzinfo=UTC))
        '50 min ago'
    """
    minutes = int((now - created).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"


def answers(queries: Sequence[str], found: Sequence[Answer]) -> Section:
    """What each image has of what was asked for."""
    rows = [(one.image, *(_hits(one.found[query]) for query in queries)) for one in found]
    return Section("", ("image", *queries), rows)


def difference(found: Difference) -> list[Section]:
    """What changed from one image to another, a table a kind."""
    before, after = found.size
    size = ("all layers", megabytes(before), megabytes(after), _signed(after - before))
    steps = [row for change in found.layers for row in _weighed(change)]
    kinds = list(dict.fromkeys(change.what for change in found.packages))
    sections = [Section("Size", ("layer", ">before", ">after", ">difference"), [size, *steps])]
    sections += [_changes(kind, [one for one in found.packages if one.what == kind]) for kind in kinds]
    return sections + ([_changes("Labels", found.labels)] if found.labels else [])


def _changes(kind: str, changes: Sequence[Change]) -> Section:
    counts = {how: sum(change.how == how for change in changes) for how in HOW}
    title = f"{kind}: {', '.join(f'{count} {how}' for how, count in counts.items() if count)}"
    by_name = sorted(changes, key=lambda one: one.name.lower())
    rows = [(HOW[one.how], one.name, one.before or "", one.after or "") for one in by_name]
    return Section(title, ("", "name", "before", "after"), rows)


def _weighed(change: Change) -> Iterator[tuple[str, str, str, str]]:
    before, after = int(change.before or 0), int(change.after or 0)
    shown = [megabytes(size) if size else "" for size in (before, after)]
    if shown[0] != shown[1] and max(before, after) >= SMALLEST:
        yield change.name, shown[0], shown[1], _signed(after - before)


def _signed(size: int) -> str:
    return f"{'-' if size < 0 else '+'}{megabytes(abs(size))}"


def _picked(names: Iterable[str], found: Iterable[Package]) -> list[Package]:
    by_name = {package.name: package for package in found}
    return [by_name.get(name, Package(name=name, version="missing")) for name in sorted(names, key=str.lower)]


def _room(size: int, budget: Budget | None) -> str:
    if budget is None:
        return ""
    left = budget.size - size / 1e6
    return f", {abs(left):.0f} MB {'below' if left >= 0 else 'above'} its budget of {budget.size} MB"


def _hits(hits: Sequence[Hit]) -> str:
    """What fits, else what there is: the near misses."""
    shown = [f"{hit.version} ({_where(hit)})" for hit in [one for one in hits if one.fits] or hits]
    return ", ".join(shown) or "no"


def _where(hit: Hit) -> str:
    kind = {"python": "Python", "r": "R", "debian": "Debian"}[hit.kind]
    return f"{kind} in {hit.environment}" if hit.environment else kind
