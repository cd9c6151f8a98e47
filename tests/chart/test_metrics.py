"""Figures for Prometheus: what Airflow counts, sent through the real exporter, is what alerts and dashboard ask for."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from airflow._shared.observability.metrics.metrics_registry import YAML_REGISTRY_PATH

from airflow_k8s.cluster import tools
from airflow_k8s.paths import CHART
from tests.chart.judging import built
from tests.chart.rendered import render

WATCHED = render(set_up="everything")
RULES = [rule for group in WATCHED.all("PrometheusRule")["metrics"]["spec"]["groups"] for rule in group["rules"]]
DASHBOARD = json.loads(WATCHED.all("ConfigMap")["metrics-dashboard"]["data"]["airflow.json"])
QUERIES = [(panel["title"], target) for panel in DASHBOARD["panels"] for target in panel["targets"]]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for _, target in QUERIES]
AIRFLOWS = {metric["name"]: metric for metric in yaml.safe_load(YAML_REGISTRY_PATH.read_text())["metrics"]}
"""What Airflow counts, as it documents it."""

KUBERNETES = {"kube_deployment_status_replicas_available": {"namespace", "deployment"}}
"""What kube-state-metrics knows."""

NEVER_SAID = {"airflow_task_queued_duration"}
"""What Airflow documents, but only says where it runs a task without the Execution API, which is nowhere here."""

PORT, WEB_PORT = 29125, 29102
SAY = """
import json, sys
from airflow._shared.observability.metrics import stats
from airflow.observability.metrics.stats_utils import get_stats_factory

stats.initialize(factory=get_stats_factory(), export_legacy_names=False)
for name, kind, tags in json.load(sys.stdin):
    say = {"counter": stats.incr, "gauge": lambda n, tags: stats.gauge(n, 3, tags=tags),
           "timer": lambda n, tags: stats.timing(n, 2000.0, tags=tags)}[kind]
    say(name, tags=tags)
"""
Scraped = dict[str, set[str]]


def metrics_of(expression: str) -> set[str]:
    """The names of metrics in PromQL, each of which has its selector."""
    return set(re.findall(r"(\w+)\{", expression))


def labels_of(expression: str, legend: str = "") -> set[str]:
    """The labels of metrics that PromQL, and the words beside it, name."""
    grouped = re.findall(r"by \(([^)]*)\)", expression)
    selected = re.findall(r"(\w+)(?:=|!=|=~|!~)\"", expression)
    return {one for group in grouped for one in group.split(", ")} | {*selected, *re.findall(r"\{\{(\w+)\}\}", legend)}


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """What Prometheus sees, by name with its labels, after Airflow said each thing that it counts once."""
    mapping = tmp_path_factory.mktemp("statsd") / "mapping.yaml"
    mapping.write_text(WATCHED.all("ConfigMap")["metrics"]["data"]["mapping.yaml"])
    with subprocess.Popen(_command(mapping)) as exporter:
        _page("-/ready")
        _say()
        yield _seen()
        exporter.terminate()


def _command(mapping: Path) -> list[str]:
    """The exporter as its pod runs it, on ports and with the file of this machine."""
    words = {
        "--statsd.mapping-config": f"--statsd.mapping-config={mapping}",
        "--statsd.listen-udp": f"--statsd.listen-udp=127.0.0.1:{PORT}",
    }
    arguments = WATCHED.pods()["metrics"].main["args"]
    here = [words.get(one.split("=")[0], one) for one in arguments]
    return [str(built("statsd_exporter")), *here, f"--web.listen-address=127.0.0.1:{WEB_PORT}"]


def _say() -> None:
    """Have Airflow, set up as the chart sets it up, count one of each."""
    config = {name: value for name, value in WATCHED.config().items() if "__METRICS__" in name}
    here = {"AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1", "AIRFLOW__METRICS__STATSD_PORT": str(PORT)}
    said = [
        (name, metric["type"], {key: f"some.{key}-1" for key in metric["name_variables"]})
        for name, metric in AIRFLOWS.items()
        if "{" not in name
    ]
    command = [sys.executable, "-c", SAY]
    subprocess.run(command, input=json.dumps(said), text=True, check=True, env={**os.environ, **config, **here})


def _page(path: str) -> str:
    """A page of the exporter's, once it answers."""
    for _ in range(50):
        try:
            return requests.get(f"http://127.0.0.1:{WEB_PORT}/{path}", timeout=5).text
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("The exporter does not answer.")


def _seen() -> Scraped:
    time.sleep(1)  # longer than the exporter keeps things back (--statsd.event-flush-interval)
    samples = re.findall(r"^(airflow_\w+)(?:\{(.*)\})? ", _page("metrics"), re.MULTILINE)
    return {name: set(re.findall(r'(\w+)="', labels)) for name, labels in samples}


def test_all_that_airflow_counts_gets_through_with_its_labels(scraped: Scraped) -> None:
    for name, metric in AIRFLOWS.items():
        if "{" not in name:
            seen = re.sub(r"\W", "_", f"airflow_{name}") + ("_count" if metric["type"] == "timer" else "")
            assert scraped[seen] == set(metric["name_variables"]) - {"job_id", "run_id"}, name


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_that_is_asked_for_is_one_that_the_exporter_yields(expression: str, scraped: Scraped) -> None:
    assert metrics_of(expression)
    assert metrics_of(expression) <= {*scraped, *KUBERNETES}
    assert not [one for one in NEVER_SAID if one in expression]


@pytest.mark.parametrize(
    ("expression", "legend"),
    [(rule["expr"], re.sub(r"\$labels\.", "", str(rule["annotations"])).replace("{{ ", "{{").replace(" }}", "}}"))
     for rule in RULES] + [(target["expr"], target["legendFormat"]) for _, target in QUERIES],
)  # fmt: skip
def test_every_label_that_is_asked_for_is_one_that_it_has(expression: str, legend: str, scraped: Scraped) -> None:
    # Prometheus itself adds the namespace.
    known = {"namespace"}.union(*({**scraped, **KUBERNETES}[name] for name in metrics_of(expression)))
    assert labels_of(expression, legend) <= known


def test_the_rules_name_what_must_be_watched_and_say_it() -> None:
    assert {rule["alert"] for rule in RULES} >= {
        "AirflowSchedulerStandsStill",
        "AirflowTasksWaitLong",
        "AirflowPodsPending",
        "AirflowImportErrors",
        "AirflowApiServerGone",
    }
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"].endswith(".")


def test_grafana_finds_the_dashboard_and_can_load_it() -> None:
    assert WATCHED.all("ConfigMap")["metrics-dashboard"]["metadata"]["labels"]["grafana_dashboard"] == "1"
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len({str(panel["gridPos"]) for panel in panels}) == len(panels)
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert all(panel["datasource"]["uid"] == "${source}" for panel in panels)
    named = set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD)))
    assert {name for name in named if not name.startswith("__")} == variables


def test_prometheus_finds_the_exporters() -> None:
    monitor, services = WATCHED.all("ServiceMonitor")["metrics"]["spec"], WATCHED.all("Service")
    (among,) = monitor["selector"]["matchExpressions"]
    found = {
        component: {port["name"]: port["port"] for port in service["spec"]["ports"]}
        for component, service in services.items()
        if monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        and service["metadata"]["labels"][among["key"]] in among["values"]
    }
    (endpoint,) = monitor["endpoints"]
    assert {name: ports[endpoint["port"]] for name, ports in found.items()} == {"metrics": 9102, "pgbouncer": 9127}
    for kind in ("ServiceMonitor", "PrometheusRule"):
        assert WATCHED.all(kind)["metrics"]["metadata"]["labels"]["release"] == "prometheus"


def test_the_exporter_is_of_the_version_that_is_tried_here() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert values["images"]["statsd"]["tag"] == tools.version("statsd_exporter")


def test_a_collector_of_ones_own_is_named_to_airflow_and_to_opentelemetry() -> None:
    config = render({"metrics": {"otel": {"enabled": True, "host": "collector.monitoring"}}}).config()
    assert config["AIRFLOW__METRICS__OTEL_ON"] == "True"
    assert config["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector.monitoring:4318"


def test_nothing_is_counted_where_nobody_asks() -> None:
    assert not [name for name in render().config() if "METRICS" in name or "OTEL" in name]
