"""Every image of the catalogue at a glance, without a look into one: what ``airflow-k8s images list`` shows."""

from collections.abc import Iterable
from datetime import datetime

from airflow_k8s.cluster import engine
from airflow_k8s.images.catalogue import Catalogue, Model
from airflow_k8s.images.manifest.tables import age
from airflow_k8s.images.manifest.whole import find
from airflow_k8s.images.plan import plan
from airflow_k8s.images.sections import Section, megabytes


class Overview(Model):
    """An image of the catalogue, and what the engine has of it."""

    name: str
    parent: str | None
    tag: str
    """What its present content gives."""
    reference: str
    purpose: str
    owner: str
    builder: bool
    budget: int
    """MB uncompressed."""
    built: bool | None
    """Whether the engine has it; None where no engine answers."""
    size: int | None = None
    """Bytes uncompressed."""
    created: datetime | None = None

    @property
    def room(self) -> int | None:
        """Bytes left in its budget; negative when it is too large."""
        return None if self.size is None else self.budget * 1_000_000 - self.size


def overview(catalogue: Catalogue, airflow: str, registry: str) -> list[Overview]:
    """Every image, parents first. An engine that does not run is left alone."""
    answers = engine.look().answers
    return [
        _one(catalogue, image.name, image.tag, image.reference(registry), answers) for image in plan(catalogue, airflow)
    ]


def table(images: Iterable[Overview], now: datetime, *, wide: bool) -> Section:
    """The images as a table.

    Args:
        images: what there is.
        now: what ages count from.
        wide: a line an image; if not, the tag goes below the name and the owner below the purpose.
    """
    if wide:
        head = ("image", "parent", "tag", ">size", ">room left", "built", "owner", "for")
        rows = [(one.name, one.parent or "", one.tag, *_state(one, now), one.owner, one.purpose) for one in images]
        return Section("", head, rows)
    short = [(f"{one.name}\n{one.tag}", *_state(one, now), f"{one.purpose}\n({one.owner})") for one in images]
    return Section("", ("image", ">size", ">left", "built", "for"), short)


def _one(catalogue: Catalogue, name: str, tag: str, reference: str, answers: bool) -> Overview:
    image, entry = find(reference) if answers else None, catalogue.images[name]
    return Overview(
        name=name,
        parent=entry.parent,
        tag=tag,
        reference=reference,
        purpose=entry.purpose,
        owner=entry.owner,
        builder=entry.builder,
        budget=entry.budget.size,
        built=image is not None if answers else None,
        size=image.attrs["Size"] if image else None,
        created=image.attrs["Created"] if image else None,
    )


def _state(image: Overview, now: datetime) -> tuple[str, str, str]:
    """Size, room and age as words."""
    if image.size is None or image.room is None or image.created is None:
        return "", "", "not built" if image.built is False else "no engine"
    return megabytes(image.size), f"{image.room / 1e6:.0f} MB", age(image.created, now)
