"""The V1Pod that a request becomes. The only module that needs the kubernetes client."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from kubernetes.client import models as k8s
from kubernetes.utils.quantity import parse_quantity

from airflow_k8s.policy import safety
from airflow_k8s.tasks import Request, RequestError
from airflow_k8s.tasks.catalogue import KEY, TEXT, Launcher
from airflow_k8s.tasks.mistakes import listed, shown
from airflow_k8s.tasks.placement import DISK, Placement, Resources, within
from airflow_k8s.tasks.quantities import CORE

CONTAINER = "base"
"""Airflow runs the task in the first container and reads the log of the one called so."""

IMAGE = "AIRFLOW_K8S_IMAGE"
"""Tells a task which image it runs on; the template's value is that of the current tag, and the last one counts."""

STARTS_PODS = "airflow-k8s/starts-pods"
"""Label of a task that starts pods; the chart's network policies let it reach the Kubernetes API."""

SIZES = {"cpu", "memory"}
"""The resources that every task has."""

NOTHING: Mapping[str, str] = MappingProxyType({})


def override(
    request: Request, placement: Placement, launcher: Launcher | None = None, labels: Mapping[str, str] = NOTHING
) -> k8s.V1Pod | None:
    """What must differ from the image's pod template, together with the task's own ``pod_override``.

    Args:
        request: what the task asks for.
        placement: what it gets.
        launcher: what the task needs to start pods of its own, or None.
        labels: what the pod says of whose it is.

    Raises:
        RequestError: the task's own pod is none, says again what the plain words say, or cannot be had.
    """
    labels = {**labels, STARTS_PODS: "true"} if launcher else labels
    theirs = request.pod_override
    ours = _ours(request, placement, launcher, labels)
    if theirs is None:
        return ours
    if not isinstance(theirs, k8s.V1Pod):
        raise RequestError(
            f"pod_override is {shown(theirs)}.",
            "It must be a V1Pod of the kubernetes client.",
            "Write k8s.V1Pod(…) after `from kubernetes.client import models as k8s`.",
        )
    safety.check(theirs, labels)
    _check(theirs, request)
    _bounded(theirs, placement)
    return _merged(ours, theirs, placement.size)


def _ours(
    request: Request, placement: Placement, launcher: Launcher | None, labels: Mapping[str, str]
) -> k8s.V1Pod | None:
    if not (placement.reference or placement.size_asked or placement.pool or request.env or launcher or labels):
        return None
    container = k8s.V1Container(
        name=CONTAINER,
        image=placement.reference,
        env=[*_variables(request, placement), *_offers(launcher)] or None,
        resources=_requirements(placement.size) if placement.size_asked else None,
    )
    pool = placement.pool
    return k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(labels=dict(labels), namespace=placement.namespace) if labels else None,
        spec=k8s.V1PodSpec(
            containers=[container],
            service_account_name=launcher.account if launcher else None,
            automount_service_account_token=True if launcher else None,
            priority_class_name=placement.priority_class,
            node_selector=dict(pool.selector) or None if pool else None,
            tolerations=[_toleration(one) for one in pool.tolerations] or None if pool else None,
        ),
    )


def _variables(request: Request, placement: Placement) -> list[k8s.V1EnvVar]:
    told = {IMAGE: placement.reference} if placement.reference else {}
    return [k8s.V1EnvVar(name=name, value=value) for name, value in {**told, **dict(request.env)}.items()]


def _offers(launcher: Launcher | None) -> Iterator[k8s.V1EnvVar]:
    """The catalogue as it is when the task starts: the serialized DAG need not change with it."""
    if launcher and launcher.config_map:
        key = k8s.V1ConfigMapKeySelector(name=launcher.config_map, key=KEY, optional=True)
        yield k8s.V1EnvVar(name=TEXT, value_from=k8s.V1EnvVarSource(config_map_key_ref=key))


def _toleration(written: Mapping[str, Any]) -> k8s.V1Toleration:
    """A toleration in the client's words: Kubernetes' tolerationSeconds is toleration_seconds there."""
    words = {theirs: ours for ours, theirs in k8s.V1Toleration.attribute_map.items()}
    return k8s.V1Toleration(**{words[word]: value for word, value in written.items()})


def _requirements(size: Resources) -> k8s.V1ResourceRequirements:
    return k8s.V1ResourceRequirements(requests=size.requests, limits=size.limits)


def _check(theirs: k8s.V1Pod, request: Request) -> None:
    """Two words for one thing are refused: whichever won, it would surprise somebody."""
    first = _first_container(theirs)
    if first is None:
        return
    if first.name != CONTAINER:
        raise RequestError(
            f"The first container of pod_override is called {shown(first.name)}.",
            f'Airflow runs the task in the first one and looks for its log in "{CONTAINER}".',
            f'Call it "{CONTAINER}", and put other containers behind it.',
        )
    if request.image and first.image:
        raise RequestError(
            f'The image is "{request.image}", and pod_override says {shown(first.image)}.',
            "Only one can run.",
            "Keep one.",
        )
    twice = sorted(SIZES & _named(first.resources)) if request.says_a_size else []
    if twice:
        raise RequestError(
            f"pod_override names {listed(twice)}, and so do the plain words beside it.",
            "Only one can count.",
            "Keep one.",
        )


def _bounded(theirs: k8s.V1Pod, placement: Placement) -> None:
    """What the plain words may not ask for, a pod may not either: all of its containers together."""
    kinds = {"cpu": ("cpu", CORE), "memory": ("memory", 1), DISK: ("disk", 1), placement.size.card: ("gpu", 1)}
    for resource, (kind, unit) in kinds.items():
        most = sum(_asked(container, resource) for container in (theirs.spec.containers if theirs.spec else None) or [])
        within(placement.bounds, kind, round(most * unit), " of pod_override")


def _asked(container: k8s.V1Container, resource: str) -> Decimal:
    """How much of a resource a container may get at most, by what it says itself."""
    said = container.resources
    amounts = [(part or {}).get(resource) for part in (said.requests, said.limits)] if said else []
    return max((_quantity(amount, resource) for amount in amounts if amount is not None), default=Decimal(0))


def _quantity(amount: object, resource: str) -> Decimal:
    try:
        return Decimal(parse_quantity(amount))
    except (ValueError, ArithmeticError) as error:
        raise RequestError(
            f"pod_override asks for {resource} {shown(amount)}.",
            "That is no amount in Kubernetes.",
            'Write for example "500m" for half a core, or "4Gi".',
        ) from error


def _merged(ours: k8s.V1Pod | None, theirs: k8s.V1Pod, size: Resources) -> k8s.V1Pod:
    """Lay their pod over ours, on a copy and in Airflow's own way, but keep its resources complete."""
    first = _first_container(theirs)
    resources = first.resources if first else None
    missing = SIZES - _named(resources) if resources else set()
    if ours is None and not missing:
        return theirs
    from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator  # noqa: PLC0415 - few tasks need it

    pod = PodGenerator.reconcile_pods(ours or k8s.V1Pod(), theirs)
    if missing:
        pod.spec.containers[0].resources = _completed(resources, size, missing)
    return pod


def _completed(resources: k8s.V1ResourceRequirements, size: Resources, missing: set[str]) -> k8s.V1ResourceRequirements:
    """Airflow replaces resources whole: who writes a GPU only would lose the cpu and memory of the template."""
    return k8s.V1ResourceRequirements(
        requests={kind: size.requests[kind] for kind in sorted(missing)} | (resources.requests or {}),
        limits={kind: size.limits[kind] for kind in sorted(missing)} | (resources.limits or {}),
        claims=resources.claims,
    )


def _first_container(pod: k8s.V1Pod) -> k8s.V1Container | None:
    return pod.spec.containers[0] if pod.spec and pod.spec.containers else None


def _named(resources: k8s.V1ResourceRequirements | None) -> set[str]:
    return {*(resources.requests or {}), *(resources.limits or {})} if resources else set()
