"""An OpenID Connect provider in a namespace of the cluster, and a browser that signs in there."""

import io
import json
import re
import tarfile
from html import unescape
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from airflow_k8s import options
from airflow_k8s.cluster import kind, tools
from airflow_k8s.images import engine

NAME = "identity-provider"
PORT = 9998


def issuer(namespace: str) -> str:
    """How everybody calls the provider; a `Browser` goes there by way of a port of this machine."""
    return f"http://{NAME}.{namespace}.svc:{PORT}"


def run(namespace: str, secret: str, redirect: str, people: dict[str, dict[str, Any]]) -> None:
    """Start it, with these people: {name: {password, groups}}."""
    site = {
        "address": f":{PORT}",
        "issuer": issuer(namespace),
        "client": "airflow",
        "secret": secret,
        "redirect": redirect,
        "people": people,
    }
    for manifest in _manifests(_image(), json.dumps(site)):
        kind.kubectl(f"--namespace={namespace}", "apply", "--filename=-", stdin=json.dumps(manifest))
    kind.kubectl(f"--namespace={namespace}", "rollout", "status", f"deployment/{NAME}", "--timeout=2m")


def _image() -> str:
    """An image that holds the program and nothing more, in the registry of this machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(tools.path(NAME), NAME)
    repository, tag = f"{options.registry()}/airflow-k8s/{NAME}", tools.version(NAME)
    engine.client().api.import_image_from_data(buffer.getvalue(), repository, tag)
    engine.push(repository, tag)
    return f"{repository}:{tag}"


def _manifests(image: str, site: str) -> list[dict[str, Any]]:
    labels = {"app": NAME}
    secure = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container = {
        "name": NAME,
        "image": image,
        "imagePullPolicy": "Always",
        "command": [f"/{NAME}"],
        "env": [{"name": "SITE", "value": site}],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": PORT}, "periodSeconds": 1},
        "securityContext": secure,
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    # The old one is gone before anybody could still be led to it.
    spec = {"selector": {"matchLabels": labels}, "strategy": {"type": "Recreate"}, "template": template}
    service = {"selector": labels, "ports": [{"port": PORT}]}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME}, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME}, "spec": service},
    ]


class _Forwarded(HTTPAdapter):
    """Sends what is for the provider to the port of this machine that leads to it."""

    def __init__(self, issuer: str, port: int) -> None:
        super().__init__()
        self.issuer, self.here = issuer, f"http://127.0.0.1:{port}"

    def send(self, request: requests.PreparedRequest, *words: Any, **options: Any) -> requests.Response:
        """Send it."""
        request.url = str(request.url).replace(self.issuer, self.here)
        return super().send(request, *words, **options)


class Browser(requests.Session):
    """What a person has in hand: it keeps cookies, follows redirects and fills in forms.

    Args:
        airflow: Airflow's address.
        issuer: the provider's, as Airflow knows it.
        port: the port of this machine that leads there.
    """

    def __init__(self, airflow: str, issuer: str, port: int) -> None:
        super().__init__()
        self.airflow = airflow
        self.mount(issuer, _Forwarded(issuer, port))

    def sign_in(self, name: str, password: str) -> str:
        """From Airflow's page by way of the provider's and back; returns the page that one ends on."""
        first = self.get(f"{self.airflow}/auth/login/", timeout=60)
        assert "btn-signin-oidc" in first.text
        form = self.get(f"{self.airflow}/auth/login/oidc", timeout=60)
        assert 'type="password"' in form.text, form.text
        found = re.search(r'name="id" value="([^"]+)"', form.text)
        assert found, form.text
        person = {"id": found[1], "username": name, "password": password}
        answer = self.post(f"{form.url.partition('/login')[0]}/login/username", data=person, timeout=60)
        return unescape(answer.text)

    def status(self, method: str, path: str, body: dict[str, Any] | None = None) -> int:
        """What Airflow's REST API answers to this person, who has the page's token."""
        return self.ask(method, path, body).status_code

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        """The whole answer."""
        token = {"Authorization": f"Bearer {self.cookies.get('_token', '')}"}
        return self.request(method, f"{self.airflow}/api/v2{path}", json=body, headers=token, timeout=60)
