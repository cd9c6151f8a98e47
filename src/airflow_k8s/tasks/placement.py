"""Where a task runs: what it asks for, held against what the platform offers."""

from dataclasses import dataclass

from airflow_k8s.tasks.catalogue import Catalogue, Image
from airflow_k8s.tasks.mistakes import RequestError, listed, nearest
from airflow_k8s.tasks.quantities import CORE, cores_text, memory_text
from airflow_k8s.tasks.request import Request


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests and limits of a task's container, always all four.

    Args:
        cpu: thousandths of a core, kept free for the task.
        cpu_limit: thousandths of a core, the most it gets.
        memory: bytes, kept free and the most it gets.
    """

    cpu: int
    cpu_limit: int
    memory: int

    @property
    def requests(self) -> dict[str, str]:
        """As Kubernetes reads it."""
        return {"cpu": cores_text(self.cpu), "memory": memory_text(self.memory)}

    @property
    def limits(self) -> dict[str, str]:
        """As Kubernetes reads it."""
        return {"cpu": cores_text(self.cpu_limit), "memory": memory_text(self.memory)}


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer to a request.

    Args:
        image: name in the catalogue.
        template: path of the image's pod template.
        reference: the image to run in place of the template's, where an older tag is asked for.
        size: what the task gets.
        size_asked: whether that is of its own choice, and not in the template already.
    """

    image: str
    template: str
    reference: str | None
    size: Resources
    size_asked: bool


def resolve(request: Request, catalogue: Catalogue) -> Placement:
    """Find the image, the tag and the size that a task asks for.

    Raises:
        RequestError: there is no such image, or no such tag of it.
    """
    image = _image(request.image or catalogue.default, catalogue)
    return Placement(
        image=image.name,
        template=image.template,
        reference=_reference(request.tag, image),
        size=sized(request.cpu or image.cpu, request.memory or image.memory, request.cpu_limit),
        size_asked=request.says_a_size,
    )


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
    if tag in (None, image.tag):
        return None
    if tag in image.tags:
        return f"{image.repository}:{tag}"
    if tag == "latest":
        raise RequestError(
            f'image "{image.name}" has no tag "latest".',
            "It would not say which image a task ran on.",
            "Leave the tag out: the platform then takes its current one.",
        )
    raise RequestError(
        f'image "{image.name}" has no tag "{tag}".',
        f"It has {listed([image.tag, *image.tags])}.",
        f'Write "{nearest(str(tag), [image.tag, *image.tags]) or image.tag}", or leave the tag out.',
    )
