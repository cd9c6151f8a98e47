"""The chart in every supported set-up, task pods too, before three scanners: what they find is mended or accepted.

charts/accepted.yaml has each exception with its reason; one that nothing needs any more fails here, too.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from airflow_k8s.cluster import tools
from airflow_k8s.paths import CHART, CLUSTER, TOOLS
from tests.chart.rendered import SET_UPS, Object, render

ACCEPTED: list[dict[str, str]] = yaml.safe_load((CHART.parent / "accepted.yaml").read_text())["accepted"]
OF_OTHERS = "HTTPRoute,PodMonitor,PrometheusRule,ServiceMonitor"
"""Kinds that Kubernetes itself does not have a schema for."""


class Finding(NamedTuple):
    """What a scanner found, and at which object: Deployment/airflow-scheduler."""

    scanner: str
    id: str
    where: str


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file for each set-up, with the pods of its tasks."""
    folder = tmp_path_factory.mktemp("manifests")
    for set_up in SET_UPS:
        release = render(set_up=set_up)
        objects = [*release.objects, *_task_pods(release.all("ConfigMap")["pod-templates"])]
        (folder / f"{set_up}.yaml").write_text(yaml.safe_dump_all(_in_a_namespace(objects)))
    return folder


@pytest.fixture(scope="module")
def found(manifests: Path) -> frozenset[Finding]:
    """All that checkov and kube-score find."""
    return frozenset([*_checkov(manifests), *_kube_score(manifests)])


def test_the_scanners_look_at_something(manifests: Path, found: frozenset[Finding]) -> None:
    assert len(list(manifests.iterdir())) == len(SET_UPS)
    assert {one.scanner for one in found} == {"checkov", "kube-score"}  # of what is accepted, at least


def test_what_the_scanners_find_is_accepted_with_a_reason(found: frozenset[Finding]) -> None:
    assert sorted(one for one in found if not any(_covers(entry, one) for entry in ACCEPTED)) == []


def test_nothing_is_accepted_that_no_scanner_finds(found: frozenset[Finding]) -> None:
    assert [entry for entry in ACCEPTED if not any(_covers(entry, one) for one in found)] == []


@pytest.mark.parametrize("entry", ACCEPTED, ids=lambda entry: f"{entry['scanner']}:{entry['id']}")
def test_every_exception_has_its_reason(entry: dict[str, str]) -> None:
    assert set(entry) <= {"scanner", "id", "where", "reason"}
    assert len(entry["reason"].split()) >= 5


def test_every_object_is_one_that_kubernetes_knows(manifests: Path, tmp_path: Path) -> None:
    _write_schemas(tmp_path)
    location = f"{tmp_path}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    words = ["-strict", "-skip", OF_OTHERS, "-schema-location", location, "-summary", "-output", "json"]
    answer = json.loads(_said([tools.path("kubeconform"), *words, manifests]))
    assert answer.get("resources") or [] == []
    assert answer["summary"]["valid"] >= 25 * len(SET_UPS)


def test_a_field_that_kubernetes_does_not_know_is_found(tmp_path: Path) -> None:
    _write_schemas(tmp_path)
    pod = render().pods()["scheduler"]
    wrong = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "wrong"}, "spec": {**pod.spec, "tolerationz": []}}
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(wrong))
    location = f"{tmp_path}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    said = _said([tools.path("kubeconform"), "-strict", "-schema-location", location, tmp_path / "wrong.yaml"])
    assert "tolerationz" in said


def _covers(entry: dict[str, str], finding: Finding) -> bool:
    same = (entry["scanner"], entry["id"]) == (finding.scanner, finding.id)
    return same and any(fnmatch(finding.where, one) for one in entry.get("where", "*").split())


def _task_pods(templates: Object) -> Iterator[Object]:
    for file, text in templates["data"].items():
        pod = yaml.safe_load(text)
        yield {**pod, "metadata": {**pod["metadata"], "name": f"task-{file.removesuffix('.yaml')}"}}


def _in_a_namespace(objects: Iterable[Object]) -> Iterator[Object]:
    """As Helm installs them: the namespace is not in the text that it prints."""
    for one in objects:
        yield {**one, "metadata": {**one["metadata"], "namespace": "airflow"}}


def _checkov(manifests: Path) -> Iterator[Finding]:
    words = ["--framework", "kubernetes", "--output", "json", "--quiet", "--compact", "--skip-download"]
    report = json.loads(_said([_checkov_program(), *words, "--directory", manifests]))
    for check in report["results"]["failed_checks"]:
        kind, _, name = check["resource"].split(".")[:3]
        yield Finding("checkov", check["check_id"], f"{kind}/{name}")


def _kube_score(manifests: Path) -> Iterator[Finding]:
    files = sorted(manifests.iterdir())
    for file in files:  # one by one: it looks for what belongs together, and every file is a release
        for scored in json.loads(_said([tools.path("kube-score"), "score", "--output-format", "json", file])):
            where = f"{scored['type_meta']['kind']}/{scored['object_meta']['name']}"
            for check in scored["checks"]:
                if check["grade"] < 10 and not check["skipped"]:
                    yield Finding("kube-score", check["check"]["id"], where)


def _said(words: list[Any]) -> str:
    """What a scanner prints; it ends with another code than 0 when it finds something."""
    done = subprocess.run(list(map(str, words)), text=True, capture_output=True, check=False)
    assert done.stdout, done.stderr
    return done.stdout


@cache
def _checkov_program() -> Path:
    """checkov in an environment of its own: it wants other libraries than Airflow."""
    lock = CLUSTER / "charts" / "requirements.txt"
    home = TOOLS / f"checkov-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    program = home / "bin" / "checkov"
    if not program.exists():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", home], check=True)
        install = ["pip", "install", "--quiet", "--require-hashes", "--requirement", lock]
        subprocess.run([*uv, *install, "--python", home / "bin" / "python"], check=True)
    return program


def _write_schemas(folder: Path) -> None:
    """Kubernetes' own description of its API as the files that kubeconform looks for: deployment-apps-v1.json."""
    swagger = tools.module_directory("k8s.io/kubernetes") / "api" / "openapi-spec" / "swagger.json"
    definitions = {name: _strict(node) for name, node in json.loads(swagger.read_text())["definitions"].items()}
    text = json.dumps({"definitions": definitions}).replace("#/definitions/", "_definitions.json#/definitions/")
    (folder / "_definitions.json").write_text(text)
    for name, node in definitions.items():
        for kind in node.get("x-kubernetes-group-version-kind", []):
            words = [kind["kind"], kind["group"].split(".")[0], kind["version"]]
            file = folder / ("-".join(filter(None, words)).lower() + ".json")
            file.write_text(json.dumps({"$ref": f"_definitions.json#/definitions/{name}"}))


def _strict(node: dict[str, Any]) -> dict[str, Any]:
    """A definition that allows no other keys, and numbers where Kubernetes takes them."""
    if node.get("format") == "int-or-string" or node.get("description", "").startswith("Quantity is"):
        return {"type": ["string", "number"]}
    return {"additionalProperties": False, **node} if "properties" in node else node
