"""An OpenID Connect provider in a namespace of the cluster, and a browser that signs in there."""

import json
import re
from html import unescape
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from airflow_k8s.platform.apart import Release
from tests import program_images

NAME = "identity-provider"
PORT = 9998


def issuer(namespace: str) -> str:
    """How everybody calls the provider; a `Browser` goes there by way of a port of this machine."""
    return f"http://{NAME}.{namespace}.svc:{PORT}"


def run(release: Release, secret: str, redirect: str, people: dict[str, dict[str, Any]]) -> None:
    """Start it beside a release, with these people: {name: {password, groups}}."""
    site = {
        "address": f":{PORT}",
        "issuer": issuer(release.name),
        "client": "airflow",
        "secret": secret,
        "redirect": redirect,
        "people": people,
    }
    labels = {"app": NAME}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [_container(json.dumps(site))]}}
    # The old one is gone before anybody could still be led to it.
    spec = {"selector": {"matchLabels": labels}, "strategy": {"type": "Recreate"}, "template": template}
    release.apply("Deployment", NAME, apiVersion="apps/v1", spec=spec)
    release.apply("Service", NAME, spec={"selector": labels, "ports": [{"port": PORT}]})
    release.kubectl("rollout", "status", f"deployment/{NAME}", "--timeout=2m")


def _container(site: str) -> dict[str, Any]:
    image = program_images.pushed(NAME)
    return {
        "name": NAME,
        "image": f"{image['repository']}@{image['digest']}",
        "env": [{"name": "SITE", "value": site}],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": PORT}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


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
