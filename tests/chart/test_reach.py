"""How users reach the page: the address, an Ingress, an HTTPRoute, and what Airflow must know of what is between."""

from typing import Any

import pytest

from tests.chart.rendered import Object, render, variables

URL = "https://airflow.example.org"
PARENTS = [{"name": "public", "namespace": "gateways", "sectionName": "https"}]


def reached(url: str = URL, **more: Any) -> dict[str, Any]:
    return {"reach": {"url": url, **more}}


def ingress(url: str = URL, **more: Any) -> Object:
    found: Object = render(reached(url, ingress={"enabled": True, **more})).all("Ingress")["api-server"]
    return found


def test_there_is_no_way_in_unless_it_is_asked_for() -> None:
    assert not {found["kind"] for found in render().objects} & {"Ingress", "HTTPRoute"}
    assert "AIRFLOW__API__BASE_URL" not in render().config()


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        (URL, "airflow.example.org", "/"),
        (f"{URL}/", "airflow.example.org", "/"),
        (f"{URL}:8443", "airflow.example.org", "/"),
        (f"{URL}/team/airflow", "airflow.example.org", "/team/airflow"),
        (f"{URL}/team/airflow/", "airflow.example.org", "/team/airflow"),
        ("http://airflow", "airflow", "/"),
    ],
)
class TestTheAddress:
    def test_an_ingress_and_a_route_serve_its_host_and_path(self, url: str, host: str, path: str) -> None:
        release = render(reached(url, ingress={"enabled": True}, gateway={"parents": PARENTS}))
        (rule,) = release.all("Ingress")["api-server"]["spec"]["rules"]
        route = release.all("HTTPRoute")["api-server"]["spec"]
        assert (rule["host"], rule["http"]["paths"][0]["path"]) == (host, path)
        assert (route["hostnames"], route["rules"][0]["matches"][0]["path"]["value"]) == ([host], path)

    def test_airflow_writes_it_into_links_and_tasks_call_below_its_path(self, url: str, host: str, path: str) -> None:
        # Airflow mounts the API of tasks below the path of base_url, and answers 404 elsewhere.
        config = render(reached(url)).config()
        assert config["AIRFLOW__API__BASE_URL"] == url
        called = f"http://airflow-api-server:8080{path.removesuffix('/')}/execution/"
        assert config["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == called


def test_an_execution_api_of_its_own_is_asked_below_the_path_too() -> None:
    release = render({**reached(f"{URL}/airflow"), "executionApi": {"enabled": True}})
    called = release.config()["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    assert called == "http://airflow-execution-api:8080/airflow/execution/"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert release.pods()["execution-api"].main[probe]["httpGet"]["path"] == "/airflow/execution/health"


def test_both_lead_to_the_service() -> None:
    release = render(reached(ingress={"enabled": True}, gateway={"parents": PARENTS}))
    (port,) = release.all("Service")["api-server"]["spec"]["ports"]
    behind = release.all("Ingress")["api-server"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert behind == {"name": "airflow-api-server", "port": {"name": port["name"]}}
    route = release.all("HTTPRoute")["api-server"]["spec"]
    assert route["rules"][0]["backendRefs"] == [{"name": "airflow-api-server", "port": port["port"]}]
    assert route["parentRefs"] == PARENTS


@pytest.mark.parametrize(
    ("url", "secret", "tls"),
    [
        (URL, "tls", [{"hosts": ["airflow.example.org"], "secretName": "tls"}]),
        (URL, "", [{"hosts": ["airflow.example.org"]}]),
        ("http://airflow.example.org", "", None),
    ],
    ids=["own certificate", "the controller's", "none"],
)
def test_an_ingress_ends_tls_where_the_address_says_so(url: str, secret: str, tls: object) -> None:
    assert ingress(url, tlsSecret=secret)["spec"].get("tls") == tls


def test_an_ingress_has_its_class_and_annotations_or_neither() -> None:
    dressed = ingress(className="nginx", annotations={"cert-manager.io/cluster-issuer": "site"})
    assert dressed["spec"]["ingressClassName"] == "nginx"
    assert dressed["metadata"]["annotations"] == {"cert-manager.io/cluster-issuer": "site"}
    assert "ingressClassName" not in ingress()["spec"]
    assert "annotations" not in ingress()["metadata"]


@pytest.mark.parametrize(
    ("values", "believed"),
    [
        ({}, False),
        (reached("http://airflow.example.org:30080"), False),
        (reached(), True),
        (reached("http://airflow.example.org", ingress={"enabled": True}), True),
        (reached("http://airflow.example.org", gateway={"parents": PARENTS}), True),
    ],
    ids=["nothing", "a port of the node", "a proxy of one's own", "an Ingress", "a Gateway"],
)
def test_airflow_believes_a_proxy_where_there_is_one(values: dict[str, Any], believed: bool) -> None:
    server = render(values).pods()["api-server"].main
    assert ("--proxy-headers" in server["command"]) is believed
    assert ("FORWARDED_ALLOW_IPS" in variables(server)) is believed


@pytest.mark.parametrize(("url", "secure"), [(URL, True), ("http://airflow.example.org", False), ("", False)])
def test_a_session_never_goes_over_the_wire_in_the_clear(url: str, secure: bool) -> None:
    assert ("AIRFLOW__FAB__COOKIE_SECURE" in render(reached(url)).config()) is secure


def test_making_another_way_in_restarts_nothing() -> None:
    before = render(reached()).pods()
    after = render(reached(ingress={"enabled": True, "className": "nginx"}, gateway={"parents": PARENTS})).pods()
    assert before == after
