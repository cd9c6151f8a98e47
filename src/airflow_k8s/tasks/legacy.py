"""The form of Airflow 1.10, ``{"KubernetesExecutor": {...}}``, which old DAGs and old articles use.

Airflow 3 fails such a task. Here each word means the nearest thing that this platform has, or is refused with what to
write instead; none is passed over in silence.

=================  =========================================================================================
image              the image: the last part of its path, and the tag behind the colon
request_cpu        cpu
limit_cpu          the most cpu it may use for a while; alone, it is the request as well, as in Kubernetes
request_memory     memory
limit_memory       memory; with both, the limit counts, because here memory is kept free up to the limit
image_pull_policy  checked, and without effect: a tag's content never changes here, so none is ever stale
=================  =========================================================================================
"""

from collections.abc import Callable, Mapping
from typing import TypedDict

from airflow_k8s.tasks import quantities
from airflow_k8s.tasks.mistakes import RequestError, listed, nearest, shown
from airflow_k8s.tasks.names import image_and_tag

KEY = "KubernetesExecutor"

WORDS = ("image", "request_cpu", "limit_cpu", "request_memory", "limit_memory", "image_pull_policy")

_IN_A_POD = {
    "affinity": "V1PodSpec(affinity=…)",
    "annotations": "V1ObjectMeta(annotations=…)",
    "envs": "V1Container(env=…)",
    "image_pull_secrets": "V1PodSpec(image_pull_secrets=…)",
    "labels": "V1ObjectMeta(labels=…)",
    "limit_gpu": "V1ResourceRequirements(limits=…)",
    "namespace": "V1ObjectMeta(namespace=…)",
    "node_selectors": "V1PodSpec(node_selector=…)",
    "security_context": "V1PodSpec(security_context=…)",
    "service_account_name": "V1PodSpec(service_account_name=…)",
    "tolerations": "V1PodSpec(tolerations=…)",
    "volume_mounts": "V1Container(volume_mounts=…)",
    "volumes": "V1PodSpec(volumes=…)",
}
_OTHER_NAMES = {"cpu": "request_cpu", "memory": "request_memory"}
_PULL_POLICIES = ("Always", "IfNotPresent")


class Words(TypedDict):
    """The fields of a Request that this form can say."""

    image: str | None
    tag: str | None
    cpu: int | None
    cpu_limit: int | None
    memory: int | None


def parse(article: object) -> Words:
    """Understand what stands under "KubernetesExecutor".

    Raises:
        RequestError: a word or a value that is not understood.

    Example:
        >>> parse({"image": "everlane/r-data", "request_memory": "1Gi", "limit_memory": "4Gi"})["memory"] == 4 * 2**30
        True
    """
    if not isinstance(article, Mapping):
        raise RequestError(
            f'"{KEY}" is {shown(article)}.', "It must be a dictionary.", 'Write in its place {"image": "r-data"}.'
        )
    said = {str(word): value for word, value in article.items() if value is not None}
    for word in said:
        _known(word)
    _pull_policy(said.get("image_pull_policy"))
    image, tag = image_and_tag(said.get("image"))
    request, limit = (_amount(quantities.cores, said, word) for word in ("request_cpu", "limit_cpu"))
    _in_order(request, limit, "cpu")
    least, most = (_amount(quantities.memory, said, word) for word in ("request_memory", "limit_memory"))
    _in_order(least, most, "memory")
    return Words(image=image, tag=tag, cpu=request or limit, cpu_limit=limit, memory=most or least)


def _known(word: str) -> None:
    if word in WORDS:
        return
    if word in _IN_A_POD:
        remedy = f'Write it beside "{KEY}" as "pod_override": a V1Pod with {_IN_A_POD[word]}.'
    else:
        meant = _OTHER_NAMES.get(word) or nearest(word, WORDS)
        remedy = f'Write "{meant}".' if meant else "Write one of these."
    raise RequestError(f'"{KEY}" does not know the word "{word}" here.', f"It knows {listed(WORDS)}.", remedy)


def _pull_policy(policy: object) -> None:
    if policy not in (None, *_PULL_POLICIES):
        raise RequestError(
            f"image_pull_policy {shown(policy)} cannot be had.",
            "The platform fetches an image where it is missing, and a tag's content never changes.",
            "Remove image_pull_policy.",
        )


def _amount(read: Callable[[object, str], int], said: Mapping[str, object], word: str) -> int | None:
    return None if said.get(word) is None else read(said[word], word)


def _in_order(request: int | None, limit: int | None, kind: str) -> None:
    if request and limit and request > limit:
        raise RequestError(
            f"request_{kind} is larger than limit_{kind}.",
            "No task may use as much as this one asks for.",
            f'Write one of them, or in plain words "{kind}".',
        )
