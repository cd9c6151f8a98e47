"""Render the chart, and look at what came out."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from airflow_k8s.cluster import tools
from airflow_k8s.paths import CHART

Values = dict[str, Any]
Object = dict[str, Any]

SET_UPS = {file.name.removesuffix("-values.yaml"): file for file in sorted(CHART.glob("ci/*-values.yaml"))}
"""The supported set-ups by name; each file joins every test that goes over them."""

GIT: Values = {
    "images": {"git": {"repository": "git", "tag": "1", "tasks": False}},
    "dags": {"git": {"url": "https://git.example.org/dags.git"}},
}
"""DAGs from git."""


def shown(page: Path) -> list[Values]:
    """What a document shows as YAML."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [document for block in blocks for document in yaml.safe_load_all(block)]


def helm(*words: str, values: str = "{}", file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm on the chart with these values (JSON) over those of a file."""
    files = ["--values", str(file)] if file else []
    command = [str(tools.path("helm")), *words, str(CHART), "--namespace", "airflow", *files, "--values", "-"]
    return subprocess.run(command, input=values, text=True, capture_output=True, check=False)


def render(values: Values | None = None, set_up: str | None = None) -> "Release":
    """The objects of release airflow with these values, over those of a supported set-up; rendered once a session."""
    return _render(json.dumps(values or {}, sort_keys=True), SET_UPS[set_up] if set_up else None)


@cache
def _render(values: str, file: Path | None) -> "Release":
    done = helm("template", "airflow", values=values, file=file)
    assert not done.returncode, done.stderr
    return Release.parse(done.stdout)


def refusal(values: Values) -> str:
    """What helm says about values that must fail."""
    done = helm("template", "airflow", values=json.dumps(values))
    assert done.returncode, "helm took these values"
    return done.stderr


@dataclass(frozen=True)
class Pod:
    """A pod and whose it is: a component's, or a task's (`task-pod/<image>`)."""

    owner: str
    metadata: Object
    spec: Object

    def containers(self) -> Iterator[Object]:
        """All of its containers, those that run first too."""
        yield from self.spec.get("initContainers", [])
        yield from self.spec["containers"]

    @property
    def main(self) -> Object:
        """The container that the pod is for."""
        return self.spec["containers"][0]


@dataclass(frozen=True)
class Release:
    """The objects of a release and the text they came in."""

    text: str
    objects: list[Object]

    @classmethod
    def parse(cls, text: str) -> "Release":
        """Read what `helm template` printed."""
        return cls(text, [document for document in yaml.safe_load_all(text) if document])

    def all(self, kind: str) -> dict[str, Object]:
        """The objects of a kind, by name without the release's."""
        return {name(found): found for found in self.objects if found["kind"] == kind}

    def pods(self) -> dict[str, Pod]:
        """Every pod that this release will ever have, by owner."""
        return {pod.owner: pod for pod in [*self._component_pods(), *self._task_pods()]}

    def _component_pods(self) -> Iterator[Pod]:
        for found in self.objects:
            if found["kind"] == "Pod":
                yield Pod(found["metadata"]["labels"]["app.kubernetes.io/component"], found["metadata"], found["spec"])
            spec = found.get("spec", {})
            if template := spec.get("jobTemplate", {}).get("spec", spec).get("template"):
                yield Pod(
                    found["metadata"]["labels"]["app.kubernetes.io/component"], template["metadata"], template["spec"]
                )

    def _task_pods(self) -> Iterator[Pod]:
        for file, text in self.all("ConfigMap")["pod-templates"]["data"].items():
            pod = yaml.safe_load(text)
            yield Pod(f"task-pod/{file.removesuffix('.yaml')}", pod["metadata"], pod["spec"])

    def task_pods(self) -> dict[str, Pod]:
        """The pods of tasks, by image."""
        return {pod.owner.split("/")[1]: pod for pod in self._task_pods()}

    def config(self) -> dict[str, str]:
        """Airflow's configuration as its containers see it."""
        return self.all("ConfigMap")["config"]["data"]


def name(found: Object) -> str:
    """An object's name without the release's, behind its namespace where that is another."""
    namespace = found["metadata"].get("namespace", "airflow")
    return f"{namespace}/".removeprefix("airflow/") + found["metadata"]["name"].removeprefix("airflow-")


def namespaces(release: Release) -> list[str]:
    """Where its tasks run, its own namespace first."""
    several = release.config().get("AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE_NAMESPACE_LIST")
    return several.split(",") if several else [release.config()["AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE"]]


def variables(container: Object) -> dict[str, Object]:
    """A container's own variables by name."""
    return {entry["name"]: entry for entry in container.get("env", [])}


def secret_variables(container: Object) -> dict[str, str]:
    """The variables that come from a Secret, and which key of it."""
    references = {name: entry.get("valueFrom", {}).get("secretKeyRef") for name, entry in variables(container).items()}
    return {name: reference["key"] for name, reference in references.items() if reference}
