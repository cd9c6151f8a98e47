"""What the platform offers: the catalogue that the chart publishes as JSON."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_k8s.errors import UserError
from airflow_k8s.tasks import quantities

TEXT = "AIRFLOW_K8S_CATALOGUE_TEXT"
"""Variable with the catalogue itself, in tasks that start pods of their own."""

KEY = "catalogue.json"
"""Where the catalogue is in its ConfigMap."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of each thing; None where nothing is said.

    Args:
        cpu: thousandths of a core.
        memory: bytes.
        disk: bytes.
        gpu: graphics cards.
    """

    cpu: int | None = None
    memory: int | None = None
    disk: int | None = None
    gpu: int | None = None


@dataclass(frozen=True, slots=True)
class NodePool:
    """A kind of nodes.

    Args:
        selector: labels that its nodes have, with what the platform asks of every task's node.
        tolerations: taints that its tasks put up with, as Kubernetes writes them.
    """

    selector: Mapping[str, str]
    tolerations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image that tasks may run on.

    Args:
        name: what analysts call it.
        template: path of its pod template, where the scheduler reads it.
        repository: its reference without a tag.
        tag: the current tag, the one in the template.
        tags: older tags that may still be asked for, each with the digest that pins it; "" where none is known.
        reference: the current tag's whole reference, with its digest.
        cpu: thousandths of a core that a task gets when it asks for none.
        memory: bytes that a task gets when it asks for none.
        purpose: one sentence.
        most: what one task on it may ask for at most.
    """

    name: str
    template: str
    repository: str
    tag: str
    tags: Mapping[str, str]
    reference: str
    cpu: int
    memory: int
    purpose: str
    most: Amounts = Amounts()


@dataclass(frozen=True, slots=True)
class Team:
    """Whose a task is; ``teams`` says which are its tasks.

    Args:
        name: "finance".
        folders: folders of the DAG bundle that hold its DAG files.
        owners: owners whose tasks are its own where no folder says so.
        cost_centre: who pays; "" where nobody asks.
        most: what one of its tasks may ask for at most.
        namespace: where its tasks run; None where that is the platform's own.
        priority_class: of its tasks' pods; None where it is every task's.
    """

    name: str
    folders: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    cost_centre: str = ""
    most: Amounts = Amounts()
    namespace: str | None = None
    priority_class: str | None = None


@dataclass(frozen=True, slots=True)
class Launcher:
    """What a task needs to start pods of its own.

    Args:
        account: service account, whose token the task gets.
        config_map: the ConfigMap with the catalogue, for the images of its pods; None where there is none.
    """

    account: str
    config_map: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All images that tasks may run on.

    Args:
        images: by name.
        default: the name of the image for tasks that ask for none.
        pod_launcher: service account for tasks that start pods of their own; None where the platform has none.
        sizes: by name, the smallest first.
        most: what one task may ask for at most.
        node_pools: by name.
        card: what Kubernetes calls a graphics card, "nvidia.com/gpu".
        teams: by name.
        nodes: the nodes of a pod that names no pool.
        pull_secrets: what a pod needs to pull images, as Kubernetes writes it.
        config_map: where the catalogue itself is, for tasks that start pods of their own.
    """

    images: Mapping[str, Image]
    default: str
    pod_launcher: str | None
    sizes: Mapping[str, Amounts] = field(default_factory=dict)
    most: Amounts = Amounts()
    node_pools: Mapping[str, NodePool] = field(default_factory=dict)
    card: str = "nvidia.com/gpu"
    teams: Mapping[str, Team] = field(default_factory=dict)
    nodes: NodePool = NodePool({}, ())
    pull_secrets: tuple[Mapping[str, str], ...] = ()
    config_map: str | None = None


def in_a_task() -> Catalogue:
    """The catalogue, in a task that starts pods of its own: the policy gives such a task its text.

    Raises:
        UserError: this is no such task, or the text is no catalogue.
    """
    text = os.environ.get(TEXT)
    if not text:
        raise UserError(
            "This task does not know the platform's images.",
            "Only on the platform, and in tasks that start pods, is the list of them at hand.",
            "Run it there, or use KubernetesPodOperator with a whole image reference.",
        )
    try:
        return from_json(text)
    except (KeyError, TypeError, ValueError, AttributeError, UserError) as error:
        raise _broken(f"${TEXT}: {error!r}") from error


def load(path: str | Path) -> Catalogue:
    """Read the catalogue from its file.

    Raises:
        UserError: the file is missing or is not such a catalogue.
    """
    try:
        return from_json(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise _broken(f"{path}: {error.strerror}") from error
    except KeyError as missing:
        raise _broken(f"{path} lacks {missing}") from missing
    except (TypeError, ValueError, AttributeError, UserError) as error:
        raise _broken(f"{path}: {error}") from error


def from_json(text: str) -> Catalogue:
    """Read the catalogue from its text.

    Raises:
        KeyError, TypeError, ValueError, UserError: it is not such a catalogue.

    Example:
        >>> catalogue = from_json('''{"default": "base", "podLauncher": null, "images": {"base": {
        ...     "template": "/opt/airflow/pod-templates/base.yaml", "repository": "localhost:5001/airflow-k8s/base",
        ...     "tag": "3.3.2-0123456789ab", "tags": {}, "cpu": 0.5, "memory": "1Gi", "purpose": "Plain tasks."}}}''')
        >>> catalogue.images["base"].cpu
        500
    """
    data = json.loads(text)
    images = {name: _image(name, entry) for name, entry in data["images"].items()}
    if data["default"] not in images:
        raise ValueError(f'the default image "{data["default"]}" is not among its images')
    return Catalogue(
        images=images,
        default=data["default"],
        pod_launcher=data.get("podLauncher"),
        sizes=_by_amount({name: _amounts(entry) for name, entry in (data.get("sizes") or {}).items()}),
        most=_amounts(data.get("most") or {}),
        node_pools={name: _pool(entry) for name, entry in (data.get("nodePools") or {}).items()},
        card=data.get("card") or "nvidia.com/gpu",
        teams={name: _team(name, entry or {}) for name, entry in (data.get("teams") or {}).items()},
        nodes=_pool(data.get("nodes") or {}),
        pull_secrets=tuple(data.get("pullSecrets") or ()),
        config_map=data.get("configMap"),
    )


_READ = {"cpu": quantities.cores, "memory": quantities.memory, "disk": quantities.disk, "gpu": quantities.cards}


def _amounts(entry: Mapping[str, Any]) -> Amounts:
    return Amounts(**{kind: _READ[kind](amount, kind) for kind, amount in entry.items() if amount})


def _by_amount(sizes: Mapping[str, Amounts]) -> dict[str, Amounts]:
    return dict(sorted(sizes.items(), key=lambda size: (size[1].cpu or 0, size[1].memory or 0)))


def _pool(entry: Mapping[str, Any]) -> NodePool:
    return NodePool(entry.get("nodeSelector") or {}, tuple(entry.get("tolerations") or ()))


def _team(name: str, entry: Mapping[str, Any]) -> Team:
    """A team; where nothing is said of its folders, it is the one that is called like it."""
    folders = entry.get("folders")
    return Team(
        name=name,
        folders=tuple(folder.strip("/") for folder in ([name] if folders is None else folders)),
        owners=tuple(entry.get("owners") or ()),
        cost_centre=entry.get("costCentre") or "",
        most=_amounts(entry.get("most") or {}),
        namespace=entry.get("namespace") or None,
        priority_class=entry.get("priorityClassName") or None,
    )


def _image(name: str, entry: Mapping[str, Any]) -> Image:
    return Image(
        name=name,
        template=entry["template"],
        repository=entry["repository"],
        tag=entry["tag"],
        tags=dict(entry.get("tags") or {}),
        reference=entry.get("reference") or f"{entry['repository']}:{entry['tag']}",
        cpu=quantities.cores(entry["cpu"]),
        memory=quantities.memory(entry["memory"]),
        purpose=entry.get("purpose") or "",
        most=_amounts(entry.get("most") or {}),
    )


def _broken(reason: str) -> UserError:
    return UserError(
        "The platform's list of images cannot be read.",
        f"The cause is {reason}.",
        "The DAG is not to blame: tell those who run this Airflow.",
    )
