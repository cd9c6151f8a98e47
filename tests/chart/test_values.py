"""The values: closed, documented, used, and refused in a sentence where they make no sense."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from airflow_k8s.paths import CHART
from tests.chart.rendered import GIT, helm, refusal, render

VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
TEMPLATES = "\n".join(file.read_text() for file in sorted((CHART / "templates").rglob("*")) if file.is_file())
SERVER_KEYS = {"replicas", "autoscaling", "podDisruptionBudget", "sidecars"}
POD_KEYS = set(VALUES["apiServer"]) - SERVER_KEYS - {"service"}
SERVERS = ("apiServer", "executionApi", "scheduler", "dagProcessor", "triggerer", "tracking", "pgbouncer")
COMPONENTS = (*SERVERS, "postgres", "logStore", "migrate", "metrics", "dags")
SWITCHES: dict[str, dict[str, Any]] = {
    "tracking": {"connection": "warehouse"},
    "executionApi": {"enabled": True},
    "pgbouncer": {"enabled": True},
    "metrics": {"statsd": {"enabled": True}},
    "dags": GIT["dags"],
}
"""What makes a component that is not there by default."""
PLACEMENT = (
    "affinity",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "tolerations",
    "topologySpreadConstraints",
)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"schedulr": {"replicas": 1}}, "at '': additional properties 'schedulr' not allowed"),
        ({"scheduler": {"replica": 1}}, "at '/scheduler': additional properties 'replica' not allowed"),
        ({"tasks": {"imag": "base"}}, "at '/tasks': additional properties 'imag' not allowed"),
        ({"images": {"base": {"tga": "1"}}}, "at '/images/base': additional properties 'tga' not allowed"),
        (
            {"apiServer": {"resources": {"request": {}}}},
            "at '/apiServer/resources': additional properties 'request' not allowed",
        ),
        (
            {"database": {"urlSecret": {"nam": "x"}}},
            "at '/database/urlSecret': additional properties 'nam' not allowed",
        ),
        ({"signIn": {"manager": "ldap"}}, "at '/signIn/manager': value must be one of 'fab', 'simple'"),
        ({"images": {"mine": {"tag": "1"}}}, "at '/images/mine': missing property 'repository'"),
        ({"images": {"base": {"tags": ["3.3.2-0"]}}}, "at '/images/base/tags': got array, want object"),
        ({"images": {"base": {"tags": {"3.3.2-0": "sha256:0"}}}}, "at '/images/base/tags/3.3.2-0'"),
        ({"tasks": {"teams": {"Finance & Co": {}}}}, "at '': 'Finance & Co' does not match pattern"),
        ({"tasks": {"teams": {"finance": {"costCentre": "4 711"}}}}, "at '/tasks/teams/finance/costCentre'"),
        ({"images": {"base": {"memory": "1 GB"}}}, "at '/images/base/memory'"),
        ({"scheduler": {"replicas": "two"}}, "at '/scheduler/replicas': got string, want integer"),
        ({"tasks": {"env": {"A": {"valeuFrom": {}}}}}, "at '/tasks/env/A'"),
        ({"apiServer": {"autoscaling": {"min": 2}}}, "at '/apiServer/autoscaling': properties 'max', 'cpu' required"),
        ({"scheduler": {"podDisruptionBudget": {"maxUnavailable": 0}}}, "at '/scheduler/podDisruptionBudget"),
        ({"logs": {"remote": "bucket/logs"}}, "at '/logs/remote': 'bucket/logs' does not match pattern"),
        ({"logStore": {"days": 0}}, "at '/logStore/days'"),
        ({"logStore": {"storage": {"size": "5"}}}, "at '/logStore/storage/size'"),
        (
            {"dags": {"git": {"url": "git.example.org/dags"}}},
            "at '/dags/git/url': 'git.example.org/dags' does not match",
        ),
        ({"dags": {"git": {"branch": "+main:x"}}}, "at '/dags/git/branch'"),
        ({"dags": {"git": {"interval": 0}}}, "at '/dags/git/interval'"),
        ({"dags": {"bundles": [{"name": "lake"}]}}, "at '/dags/bundles/0': missing properties 'classpath', 'kwargs'"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_a_wrong_key_or_value_is_refused_and_named(values: dict[str, Any], named: str) -> None:
    assert named in refusal(values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"tasks": {"image": "r-dta"}},
            'There is no image "r-dta". Known images: base, pgbouncer, postgres, statsd. '
            "Build it, and pass the overlay: -f dist/images.yaml.",
        ),
        (
            {"tasks": {"image": "postgres"}},
            'tasks.image is "postgres", but tasks may not run on it. Images for tasks: base.',
        ),
        (
            {"postgres": {"enabled": False}},
            "No database: postgres.enabled is false. "
            "Set database.host and database.passwordSecret.name, or database.urlSecret.name.",
        ),
        (
            {"postgres": {"enabled": False}, "database": {"host": "db"}},
            "No database: postgres.enabled is false. "
            "Set database.host and database.passwordSecret.name, or database.urlSecret.name.",
        ),
        (
            {"database": {"host": "db"}},
            "Two databases: postgres.enabled is true, and `database` names another. "
            "Set postgres.enabled=false, or leave `database` alone.",
        ),
        (
            {"metrics": {"statsd": {"enabled": True}, "otel": {"enabled": True, "host": "collector"}}},
            "Airflow reports to one alone: metrics.statsd and metrics.otel are both enabled. Switch one of them off.",
        ),
        (
            {"metrics": {"otel": {"enabled": True}}},
            "metrics.otel has no host. Set metrics.otel.host to that of your collector.",
        ),
        *(
            (
                {"metrics": {name: {"enabled": True}}},
                f"metrics.{name} lives on the exporter's figures. Set metrics.statsd.enabled=true as well.",
            )
            for name in ("serviceMonitor", "rules", "dashboard")
        ),
        (
            {"config": {"core": {"fernet_key": "x"}}},
            "config.core.fernet_key would show a secret to every task. "
            "Put it in a Secret and name that in keys.existingSecret or database.urlSecret.",
        ),
        (
            {"dags": {"git": {"url": "https://git.example.org/dags"}, "volume": {"claim": "dags"}}},
            "DAG files from two places: dags.git.url and dags.volume.claim are both set. Empty one of them.",
        ),
        (
            {"dags": {"git": {"url": "https://ada:s3cret@git.example.org/dags"}}},
            "dags.git.url names a user or a token, which all could read. "
            "Put it into a Secret, and name that in dags.git.secret.",
        ),
        (
            {"dags": {"bundles": [{"name": "dags-folder", "classpath": "a.b.C", "kwargs": {}}]}},
            'Two DAG bundles are called "dags-folder". Give that of dags.bundles another name; '
            "dags-folder and airflow-k8s are the chart's.",
        ),
        (
            {"dags": {"git": {"url": "https://git.example.org/dags"}}},
            'There is no image "git". Known images: base, pgbouncer, postgres, statsd. '
            "Build it, and pass the overlay: -f dist/images.yaml.",
        ),
        (
            {"signIn": {"manager": "simple", "firstUser": "ada"}},
            "signIn.firstUser needs signIn.manager=fab: the simple manager has one user, admin.",
        ),
        (
            {"apiServer": {"autoscaling": {"min": 3, "max": 2, "cpu": 80}}},
            "The autoscaling of api-server wants at least 3 pods and at most 2. Set max to 3 or more.",
        ),
        (
            {"reach": {"url": "airflow.example.org"}},
            'reach.url is "airflow.example.org", which is no address that users can type. '
            "Write one such as https://airflow.example.org.",
        ),
        (
            {"reach": {"ingress": {"enabled": True}}},
            "reach.ingress has no host: that of reach.url is taken, which is empty. "
            "Set reach.url=https://airflow.example.org.",
        ),
        (
            {"reach": {"gateway": {"parents": [{"name": "public"}]}}},
            "reach.gateway has no host: that of reach.url is taken, which is empty. "
            "Set reach.url=https://airflow.example.org.",
        ),
        (
            {"reach": {"url": "http://airflow.example.org", "ingress": {"enabled": True, "tlsSecret": "tls"}}},
            'reach.ingress.tlsSecret is "tls", but reach.url begins with http:// and needs no certificate. Write https://.',
        ),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_should_fail_with_a_sentence_when(values: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(values)


def test_the_schema_is_closed_wherever_keys_are_not_names() -> None:
    by_name = {
        "images",
        "config",
        "configUnchecked",
        "env",
        "texts",
        "quantities",
        "sizes",
        "tags",
        "teams",
        "nodePools",
    }
    by_name |= {"settings", "pools", "connections"}
    for path, node in _objects(SCHEMA, ""):
        if path in ("/$defs/component", "/$defs/server"):
            continue  # closed where they are used, see the test of their keys
        if "properties" in node:
            assert node.get("additionalProperties") is False, path
        elif "additionalProperties" in node:
            assert path.rsplit("/", 1)[-1] in by_name, path


def test_the_schema_knows_each_key_of_the_values_and_no_other() -> None:
    assert set(_schema_keys(SCHEMA, "")) == set(_value_keys(VALUES, ""))


def test_every_component_takes_the_same_keys_for_its_pods() -> None:
    for component in COMPONENTS:
        assert _keys_of(component) >= POD_KEYS, component
    for component in SERVERS:
        assert _keys_of(component) >= SERVER_KEYS, component
    assert set(SCHEMA["properties"]["tasks"]["properties"]) >= POD_KEYS - {"resources"}


def test_every_key_is_used_by_a_template() -> None:
    for path in _value_keys(VALUES, ""):
        if ".resources." in path or path.startswith("signIn.oidc."):
            continue  # given on as a whole
        key = path.rsplit(".", 1)[-1]
        assert re.search(rf'[."]{key}\b', TEMPLATES), path


def test_templates_use_no_key_that_the_values_lack() -> None:
    for path in re.findall(r"\.Values\.([\w.]+)", TEMPLATES):
        node = SCHEMA
        for key in path.split("."):
            node = _resolved(node)[
                "properties" if key in _resolved(node).get("properties", {}) else "additionalProperties"
            ]
            node = node.get(key, node)


def test_every_key_has_its_sentence() -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    blocks = {"requests:", "limits:"}
    repeated = POD_KEYS | {
        "replicas",
        "repository",
        "tag",
        "tasks",
        "resources",
        "serviceAccount",
        "storage",
        "service",
        "enabled",
        "schedule",
    }
    for number, line in enumerate(lines):
        match = re.match(r"^( *)([A-Za-z]\w*):", line)
        if not match or _inside(lines, number, "config:") or line.strip() in blocks:
            continue
        documented = lines[number - 1].strip().startswith("# ")
        named_by_their_keys = {"podOperator", "volume", "ingress", "gateway", "oidc", "requests", "limits"}
        assert documented or match[2] in repeated | named_by_their_keys, line


def test_the_values_fit_in_a_sitting() -> None:
    assert len((CHART / "values.yaml").read_text().splitlines()) <= 450


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_honours_every_key_for_its_pods(component: str) -> None:
    values: dict[str, Any] = {
        "env": {"SOME_NAME": "value"},
        "envFrom": [{"secretRef": {"name": "some"}}],
        "nodeSelector": {"pool": "some"},
        "tolerations": [{"key": "some"}],
        "affinity": {"podAffinity": {}},
        "topologySpreadConstraints": [{"maxSkew": 1}],
        "priorityClassName": "some",
        "runtimeClassName": "some",
        "podAnnotations": {"some": "annotation"},
        "podLabels": {"some": "label"},
        "serviceAccount": {"annotations": {"some": "account"}},
        "volumes": [{"name": "some", "emptyDir": {}}],
        "volumeMounts": [{"name": "some", "mountPath": "/some"}],
        "initContainers": [{"name": "some", "image": "some"}],
        "resources": {"requests": {"cpu": "7m", "memory": "7Mi"}, "limits": {"memory": "77Mi"}},
    }
    assert set(values) == POD_KEYS
    release = render({"images": GIT["images"], component: {**values, **SWITCHES.get(component, {})}})
    owner = _owner(component)
    pod = release.pods()[owner]
    assert {"name": "SOME_NAME", "value": "value"} in pod.main["env"]
    assert values["envFrom"][0] == pod.main["envFrom"][-1]
    assert values["initContainers"][0] in pod.spec["initContainers"]
    assert values["volumeMounts"][0] in pod.main["volumeMounts"]
    assert values["volumes"][0] in pod.spec["volumes"]
    assert pod.main["resources"] == values["resources"]
    assert pod.metadata["labels"]["some"] == "label"
    assert pod.metadata["annotations"]["some"] == "annotation"
    assert release.all("ServiceAccount")[owner]["metadata"]["annotations"] == {"some": "account"}
    for key in PLACEMENT:
        assert pod.spec[key] == values[key]


@pytest.mark.parametrize("component", SERVERS)
def test_every_server_honours_every_key_for_its_number(component: str) -> None:
    own = {
        "replicas": 3,
        "podDisruptionBudget": {"maxUnavailable": "34%"},
        "sidecars": [{"name": "some", "image": "some"}],
    }
    release = render({component: {**own, **SWITCHES.get(component, {})}})
    owner = _owner(component)
    assert release.all("Deployment")[owner]["spec"]["replicas"] == 3
    assert release.all("PodDisruptionBudget")[owner]["spec"]["maxUnavailable"] == "34%"
    assert release.pods()[owner].spec["containers"][-1:] == own["sidecars"]


def test_tasks_honour_every_key_for_their_pods() -> None:
    values: dict[str, Any] = {
        "envFrom": [{"configMapRef": {"name": "some"}}],
        "initContainers": [{"name": "some", "image": "some"}],
        "topologySpreadConstraints": [{"maxSkew": 1}],
        "runtimeClassName": "some",
    }
    pod = render({"tasks": values}).task_pods()["base"]
    assert pod.main["envFrom"][-1] == values["envFrom"][0]
    for key in set(values) - {"envFrom"}:
        assert pod.spec[key] == values[key], key


def test_the_schemas_lists_of_keys_are_those_of_the_shared_definitions() -> None:
    # A closed object must name every key, even where `$ref` says what it holds.
    component = set(SCHEMA["$defs"]["component"]["properties"])
    server = component | set(SCHEMA["$defs"]["server"]["properties"])
    users = [node for node in [*SCHEMA["properties"].values(), *SCHEMA["$defs"].values()] if "$ref" in node]
    for name, keys in (("component", component), ("server", server)):
        closed = [node for node in users if node["$ref"] == f"#/$defs/{name}" and node is not SCHEMA["$defs"]["server"]]
        assert closed
        for node in closed:
            assert node["additionalProperties"] is False
            assert {key for key, value in node["properties"].items() if value is True} == keys


def test_the_notes_fit_a_screen() -> None:
    lines = (CHART / "templates" / "NOTES.txt").read_text().splitlines()
    assert len([line for line in lines if not line.startswith("{{")]) <= 24


def test_helpers_are_short_named_and_explained() -> None:
    for file in (CHART / "templates").rglob("*.tpl"):
        for comment, name, body in re.findall(
            r"(\{\{/\*.*?\*/\}\}\n)?\{\{- define \"([^\"]+)\" -?\}\}\n(.*?)\n\{\{- end \}\}(?=\n\n|\n*\Z)",
            file.read_text(),
            re.DOTALL,
        ):
            assert comment, f"{name} has no comment"
            assert re.fullmatch(r"airflow-k8s\.[a-zA-Z]+", name), name
            assert len(body.splitlines()) <= 20, name


def test_helm_takes_the_chart_on_the_oldest_kubernetes_that_it_names() -> None:
    assert helm("template", "airflow", "--kube-version", "1.31.0").returncode == 0
    assert "incompatible" in helm("template", "airflow", "--kube-version", "1.30.0").stderr


def _owner(component: str) -> str:
    """A component's folder, and label: api-server for apiServer."""
    return re.sub("([A-Z])", lambda match: "-" + match[1].lower(), component)


def _keys_of(component: str) -> set[str]:
    """The keys that a component takes."""
    node = SCHEMA["properties"][component]
    return set(_resolved(node)["properties"])


def _inside(lines: list[str], number: int, section: str) -> bool:
    above = next((line for line in reversed(lines[: number + 1]) if re.match(r"^\w", line)), "")
    return above == section and not lines[number].startswith(section)


def _objects(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield path, node
        for key, child in node.items():
            yield from _objects(child, f"{path}/{key}")
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child, path)


OPEN = {
    "images",
    "config",
    "configUnchecked",
    "env",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
    "annotations",
    "affinity",
    "requests",
    "limits",
    "sizes",
    "most",
    "autoscaling",
    "settings",
    "tags",
    "teams",
    "nodePools",
    "pools",
    "variables",
    "connections",
}


def _schema_keys(node: dict[str, Any], path: str) -> Iterator[str]:
    for key, child in _resolved(node).get("properties", {}).items():
        if not _optional(inner := f"{path}.{key}".strip(".")):
            yield inner
            if key not in OPEN:
                yield from _schema_keys(child, inner)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema, with what it refers to in its place."""
    if "$ref" not in node:
        return node
    target = _resolved(SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    own = {key: value for key, value in node.get("properties", {}).items() if value is not True}
    return {**target, **node, "properties": {**target.get("properties", {}), **own}}


def _value_keys(node: Any, path: str) -> Iterator[str]:
    for key, child in node.items() if isinstance(node, dict) else ():
        inner = f"{path}.{key}".strip(".")
        if not _optional(inner):
            yield inner
            if key not in OPEN:
                yield from _value_keys(child, inner)


def _optional(path: str) -> bool:
    """A key that values.yaml explains once, at apiServer."""
    first, _, rest = path.partition(".")
    return first in {*COMPONENTS, "cleanup"} - {"apiServer"} and rest.split(".")[0] in POD_KEYS | SERVER_KEYS
