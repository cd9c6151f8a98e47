"""Where a task runs: what it asks for, held against what the platform offers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from airflow_k8s.tasks.catalogue import Amounts, Catalogue, Image, NodePool, Team
from airflow_k8s.tasks.mistakes import RequestError, listed, nearest
from airflow_k8s.tasks.quantities import CORE, cores_text, memory_text
from airflow_k8s.tasks.request import Request

Offer = TypeVar("Offer")

DISK = "ephemeral-storage"
"""What Kubernetes calls the node's own disk."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests and limits of a task's container, for each thing both or none.

    Args:
        cpu: thousandths of a core, kept free for the task.
        cpu_limit: thousandths of a core, the most it gets.
        memory: bytes, kept free and the most it gets.
        disk: bytes, kept free and the most it gets; None: as much as the node lets it.
        gpu: graphics cards.
        card: what Kubernetes calls one.
    """

    cpu: int
    cpu_limit: int
    memory: int
    disk: int | None = None
    gpu: int | None = None
    card: str = ""

    @property
    def requests(self) -> dict[str, str]:
        """As Kubernetes reads it."""
        return {"cpu": cores_text(self.cpu), **self._same}

    @property
    def limits(self) -> dict[str, str]:
        """As Kubernetes reads it."""
        return {"cpu": cores_text(self.cpu_limit), **self._same}

    @property
    def _same(self) -> dict[str, str]:
        disk = {DISK: memory_text(self.disk)} if self.disk else {}
        return {"memory": memory_text(self.memory)} | disk | ({self.card: str(self.gpu)} if self.gpu else {})


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a task may have of one thing.

    Args:
        amount: thousandths of a core, bytes, or cards.
        whose: who set it, as it stands behind "a task".
    """

    amount: int
    whose: str


Bounds = Mapping[str, Bound]
"""By kind: cpu, memory, disk, gpu. What is missing has no bound."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer to a request.

    Args:
        image: name in the catalogue.
        template: path of the image's pod template.
        reference: the image to run in place of the template's, where an older tag is asked for.
        size: what the task gets.
        size_asked: whether that is of its own choice, and not in the template already.
        pool: the nodes it runs on, where it names them.
        bounds: the most that it may ask for.
        namespace: where it runs; None where that is the platform's own.
        priority_class: its own; None where it is the template's.
    """

    image: str
    template: str
    reference: str | None
    size: Resources
    size_asked: bool
    pool: NodePool | None = None
    bounds: Bounds = field(default_factory=dict)
    namespace: str | None = None
    priority_class: str | None = None


def resolve(request: Request, catalogue: Catalogue, team: Team | None = None) -> Placement:
    """Find the image, the tag, the size and the nodes that a task asks for.

    Args:
        request: what it asks for.
        catalogue: what there is.
        team: whose task it is, where it is a team's.

    Raises:
        RequestError: there is no such image, tag of it, size or node pool, or the task asks for more than one may.
    """
    image = _image(request.image or catalogue.default, catalogue)
    bounds = _bounds(image, catalogue, team)
    return Placement(
        image=image.name,
        template=image.template,
        reference=_reference(request.tag, image),
        size=_resources(request, image, catalogue, bounds),
        size_asked=request.says_a_size,
        pool=_named(request.node_pool, "node pool", catalogue.node_pools, _plain_name) if request.node_pool else None,
        bounds=bounds,
        namespace=team.namespace if team else None,
        priority_class=team.priority_class if team else None,
    )


def _resources(request: Request, image: Image, catalogue: Catalogue, bounds: Bounds) -> Resources:
    """What a task says itself, else what its size says, else what its image says."""
    size = _named(request.size, "size", catalogue.sizes, _with_amounts) if request.size else Amounts()
    for kind in _TEXTS:
        by = "" if getattr(request, kind) else f' of the size "{request.size}"'
        within(bounds, kind, getattr(request, kind) or getattr(size, kind), by)
    within(bounds, "cpu", request.cpu_limit, word="limit_cpu")
    cpu, memory = request.cpu or size.cpu or image.cpu, request.memory or size.memory or image.memory
    rule = sized(cpu, memory, request.cpu_limit)
    return Resources(cpu, rule.cpu_limit, memory, request.disk or size.disk, request.gpu or size.gpu, catalogue.card)


def _bounds(image: Image, catalogue: Catalogue, team: Team | None) -> Bounds:
    """The smallest of what the platform, the image and the team let a task have."""
    all_three = [("", catalogue.most), (f' on "{image.name}"', image.most)]
    all_three += [(f' of the team "{team.name}"', team.most)] if team else []
    found: dict[str, Bound] = {}
    for whose, most in all_three:
        for kind in _TEXTS:
            amount, known = getattr(most, kind), found.get(kind)
            if amount and (known is None or amount < known.amount):
                found[kind] = Bound(amount, whose)
    return found


def within(bounds: Bounds, kind: str, amount: int | None, by: str = "", word: str = "") -> None:
    """Refuse more than a task may ask for; what the platform gives by itself is its own business.

    Args:
        bounds: the most that it may have.
        kind: cpu, memory, disk or gpu.
        amount: what it asks for.
        by: where it says so, if not in the word for it.
        word: the word it was written for, if that is another one.

    Raises:
        RequestError: it is more.

    Example:
        >>> within({"cpu": Bound(2000, ' on "base"')}, "cpu", 4000)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        airflow_k8s.tasks.mistakes.RequestError: cpu 4 is more than a task on "base" may have. The most is 2. ...
    """
    text, bound = _TEXTS[kind], bounds.get(kind)
    if amount and bound and amount > bound.amount:
        raise RequestError(
            f"{word or kind} {text(amount)}{by} is more than a task{bound.whose} may have.",
            f"The most is {text(bound.amount)}.",
            f"Write at most {text(bound.amount)}, or ask those who run this Airflow.",
        )


_TEXTS: dict[str, Callable[[int], str]] = {"cpu": cores_text, "memory": memory_text, "disk": memory_text, "gpu": str}


def _named(name: str, kind: str, offers: Mapping[str, Offer], shown: Callable[[str, Offer], str]) -> Offer:
    if name in offers:
        return offers[name]
    meant = nearest(name, offers)
    raise RequestError(
        f'There is no {kind} "{name}".',
        f"There {_are(offers, kind, shown)}.",
        f'Write "{meant}".' if meant else f"Leave it out, or ask those who run this Airflow for a new {kind}.",
    )


def _are(offers: Mapping[str, Offer], kind: str, shown: Callable[[str, Offer], str]) -> str:
    return f"are {listed([shown(name, offer) for name, offer in offers.items()])}" if offers else f"is no {kind} here"


def _plain_name(name: str, _offer: object) -> str:
    return name


def _with_amounts(name: str, size: Amounts) -> str:
    """A size with what is in it.

    Example:
        >>> _with_amounts("small", Amounts(cpu=500, memory=2**30))
        'small (cpu 500m, memory 1Gi)'
    """
    return f"{name} ({', '.join(_said(size))})"


def _said(size: Amounts) -> Iterator[str]:
    for kind, text in _TEXTS.items():
        if amount := getattr(size, kind):
            yield f"{kind} {text(amount)}"


def sized(cpu: int, memory: int, cpu_limit: int | None = None) -> Resources:
    """The rule for sizes: memory is limited to what is kept free, cpu never to less than a core.

    Memory cannot be given back, so what a task may use must be there. Cpu can: to import Airflow takes 2 seconds of a
    core, and under a tighter limit every task would start late. The chart's pod templates follow the same rule.

    Example:
        >>> sized(500, 2**30).limits, sized(2000, 2**30).limits
        ({'cpu': '1', 'memory': '1Gi'}, {'cpu': '2', 'memory': '1Gi'})
    """
    return Resources(cpu=cpu, cpu_limit=max(cpu, cpu_limit or 0, CORE), memory=memory)


def _image(name: str, catalogue: Catalogue) -> Image:
    if name in catalogue.images:
        return catalogue.images[name]
    meant = nearest(name, catalogue.images)
    raise RequestError(
        f'There is no image "{name}".',
        f"Tasks can run on {listed(sorted(catalogue.images))}.",
        f'Write "{meant}".' if meant else "Write one of these, or ask those who run this Airflow for a new one.",
    )


def _reference(tag: str | None, image: Image) -> str | None:
    if tag is None or tag == image.tag:
        return None
    if tag in image.tags:
        digest = image.tags[tag]
        return f"{image.repository}:{tag}" + (f"@{digest}" if digest else "")
    if tag == "latest":
        raise RequestError(
            f'image "{image.name}" has no tag "latest".',
            "It would not say which image a task ran on.",
            "Leave the tag out: the platform then takes its current one.",
        )
    raise RequestError(
        f'image "{image.name}" has no tag "{tag}".',
        f"It has {listed([image.tag, *image.tags])}.",
        f'Write "{nearest(tag, [image.tag, *image.tags]) or image.tag}", or leave the tag out.',
    )
