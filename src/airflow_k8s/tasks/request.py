"""The request: one model behind every spelling of ``executor_config``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from airflow_k8s.tasks import legacy, names, quantities
from airflow_k8s.tasks.mistakes import RequestError, listed, nearest, shown
from airflow_k8s.tasks.names import image_and_tag

WORDS = ("image", "tag", "size", "cpu", "memory", "disk", "gpu", "node_pool", "env")
"""What a task may say in plain words."""

_OTHER_NAMES = {
    "mem": "memory",
    "ram": "memory",
    "request_memory": "memory",
    "limit_memory": "memory",
    "cores": "cpu",
    "request_cpu": "cpu",
    "limit_cpu": "cpu",
    "container": "image",
    "ephemeral_storage": "disk",
    "storage": "disk",
    "gpus": "gpu",
    "pool": "node_pool",
    "node_selector": "node_pool",
    "env_vars": "env",
    "environment": "env",
    "version": "tag",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What one task asks for; None where it says nothing.

    Args:
        image: name in the catalogue.
        tag: one of the image's tags.
        size: name of a size that the platform offers; what stands beside it counts more.
        cpu: thousandths of a core.
        cpu_limit: thousandths of a core that it may use for a while; only the article's form can say it.
        memory: bytes.
        disk: bytes of the node's own disk.
        gpu: graphics cards.
        node_pool: name of a kind of nodes that the platform offers.
        env: variables, by name.
        pod_override: a V1Pod for what the words cannot say; not looked into here.
    """

    image: str | None = None
    tag: str | None = None
    size: str | None = None
    cpu: int | None = None
    cpu_limit: int | None = None
    memory: int | None = None
    disk: int | None = None
    gpu: int | None = None
    node_pool: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    pod_override: object = None

    @property
    def says_a_size(self) -> bool:
        """Whether it names an amount of anything."""
        amounts = (self.size, self.cpu, self.cpu_limit, self.memory, self.disk, self.gpu)
        return any(amount is not None for amount in amounts)

    @property
    def says_more_than_an_image(self) -> bool:
        """Whether its image's pod template alone cannot answer it; an older tag is the catalogue's to know."""
        return replace(self, image=None, tag=None) != Request()

    @property
    def says_anything(self) -> bool:
        """Whether it uses any word beside ``pod_override``."""
        return replace(self, pod_override=None) != Request()


def on_image(
    image: str,
    *,
    tag: str | None = None,
    size: str | None = None,
    cpu: float | str | None = None,
    memory: str | None = None,
    disk: str | None = None,
    gpu: int | None = None,
    node_pool: str | None = None,
    env: Mapping[str, str | float] | None = None,
) -> dict[str, object]:
    """Run a task on an image of the catalogue: ``executor_config=on_image("r-data", cpu=2, memory="4Gi")``.

    What is left out is the image's own default. Where there is no such platform, on a laptop say, it changes nothing.

    Args:
        image: the image's name, "r-data".
        tag: an older tag that the platform still offers; without it the current one.
        size: one of the platform's sizes, "large"; cpu, memory and so on beside it count more.
        cpu: cores, 2 or 0.5 or "500m". It is kept free for the task.
        memory: a number with Mi or Gi, "4Gi". It is kept free for the task, and a task that takes more is killed.
        disk: a number with Mi or Gi, what it may write on the node's own disk; a task that writes more is evicted.
        gpu: graphics cards, 1.
        node_pool: a kind of nodes that the platform offers, "spot".
        env: variables for the task, {"MONTH": "2026-11"}; never a secret: those are in Airflow's connections.

    Returns:
        What a task's ``executor_config`` takes.

    Raises:
        RequestError: an amount that is none. Whether there is such an image is checked where DAG files are read.

    Example:
        >>> on_image("r-data", cpu=2, memory="4Gi")
        {'image': 'r-data', 'cpu': 2, 'memory': '4Gi'}
    """
    words: dict[str, object] = {"image": image, "tag": tag, "size": size, "cpu": cpu, "memory": memory}
    words |= {"disk": disk, "gpu": gpu, "node_pool": node_pool, "env": env}
    if image is None:
        raise RequestError(
            "on_image got no image.", "It needs the name of one.", 'Write for example on_image("r-data").'
        )
    said = {word: value for word, value in words.items() if value is not None}
    try:
        parse(said)
    except RequestError as mistake:  # raised anew: Airflow shows the last two frames, and one must be the DAG file's
        raise mistake.with_traceback(None) from None
    return said


def parse(executor_config: object) -> Request:
    """Understand an ``executor_config`` in any of its spellings.

    They are the plain words ``{"image", "cpu", "memory", …}`` (WORDS), the form of Airflow 1.10
    ``{"KubernetesExecutor": {...}}``, and a V1Pod under ``"pod_override"`` beside either or alone.

    Raises:
        RequestError: a word or a value that is not understood.

    Example:
        >>> parse({"image": "r-data", "cpu": "500m"}) == Request(image="r-data", cpu=500)
        True
        >>> parse({"KubernetesExecutor": {"image": "r-data", "request_memory": "4Gi"}}).memory == 4 * 2**30
        True
    """
    said = _words(executor_config)
    pod = said.pop("pod_override", None)
    article = said.pop(legacy.KEY, None)
    if not article:
        return replace(_plain(said), pod_override=pod)
    if said:
        raise RequestError(
            f'"{legacy.KEY}" stands beside {listed(map(shown, said))}.',
            "Both say what the task asks for.",
            f'Write all of it in plain words ({listed(WORDS)}) and remove "{legacy.KEY}".',
        )
    return Request(**legacy.parse(article), pod_override=pod)


def _words(executor_config: object) -> dict[str, object]:
    """The words with a value. None is a word not said: wrappers pass it on."""
    if executor_config is None:
        return {}
    if isinstance(executor_config, Mapping):
        return {str(word): value for word, value in executor_config.items() if value is not None}
    is_pod = type(executor_config).__name__ == "V1Pod"
    instead = '{"pod_override": pod}' if is_pod else '{"image": "r-data"}'
    raise RequestError(
        f"executor_config is {'a V1Pod' if is_pod else shown(executor_config)}.",
        "It must be a dictionary.",
        f"Write for example executor_config={instead}.",
    )


def _plain(said: Mapping[str, object]) -> Request:
    _known(said)
    image, tag = image_and_tag(said.get("image"), said.get("tag"))
    return Request(
        image=image,
        tag=tag,
        size=names.text(said.get("size"), "size", '"small"'),
        cpu=_amount(quantities.cores, said, "cpu"),
        memory=_amount(quantities.memory, said, "memory"),
        disk=_amount(quantities.disk, said, "disk"),
        gpu=_amount(quantities.cards, said, "gpu"),
        node_pool=names.text(said.get("node_pool"), "node_pool", '"spot"'),
        env=names.variables(said.get("env")),
    )


def _amount(read: Callable[[object, str], int], said: Mapping[str, object], word: str) -> int | None:
    return None if said.get(word) is None else read(said[word], word)


def _known(said: Iterable[str]) -> None:
    for word in said:
        if word == "pod_template_file":
            raise RequestError(
                'A task cannot choose its "pod_template_file".',
                "The platform has one for each image.",
                'Write the image: {"image": "r-data"}.',
            )
        if word not in WORDS:
            meant = _OTHER_NAMES.get(word) or nearest(word, WORDS)
            raise RequestError(
                f'executor_config does not know the word "{word}".',
                f'It knows {listed(WORDS)}, and "pod_override" for the rest.',
                f'Write "{meant}".' if meant else "Write one of these.",
            )
