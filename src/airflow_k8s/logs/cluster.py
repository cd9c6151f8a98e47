"""Kubernetes, as far as following logs goes: three requests. Its own client takes 60 MB and two CPU-seconds more."""

import json
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

WATCH = 300
"""Seconds until the pods are listed anew."""

SILENCE = 900
"""Seconds that a log may say nothing until it is asked for anew: a connection may die without a word."""

LONGEST_LINE = 2**21
"""Bytes. A watch sends a pod a line, and etcd takes no object of more than 1.5 MB."""


class Cluster:
    """The cluster's API, with the rights of a service account.

    Args:
        url: where it listens.
        account: the folder with the account's token and the cluster's certificate.
    """

    def __init__(self, url: str, account: Path = ACCOUNT) -> None:
        self._url, self._account = url, account
        certificate = account / "ca.crt"
        self._tls = ssl.create_default_context(cafile=certificate) if certificate.exists() else True

    @classmethod
    def around(cls) -> "Cluster":
        """The cluster that this process runs in."""
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        return cls(f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}")

    async def __aenter__(self) -> "Cluster":
        connections = aiohttp.TCPConnector(limit=0, ssl=self._tls)
        patience = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=SILENCE)
        self._session = aiohttp.ClientSession(self._url, connector=connections, timeout=patience)
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._session.close()

    async def pods(self, namespace: str, selector: str) -> tuple[list[Any], str]:
        """The pods of a namespace as JSON, and the version of the list, to watch from."""
        options = {"labelSelector": selector}
        timeout = aiohttp.ClientTimeout(total=60)
        async with self._get(f"namespaces/{namespace}/pods", options, timeout=timeout) as answer:
            listed = await answer.json()
        return listed["items"], listed["metadata"]["resourceVersion"]

    async def changes(self, namespace: str, selector: str, version: str) -> AsyncIterator[tuple[str, Any]]:
        """Each change of the pods since a version, as its kind and the pod; ends after a while."""
        options = {"labelSelector": selector, "watch": "1", "resourceVersion": version, "timeoutSeconds": str(WATCH)}
        timeout = aiohttp.ClientTimeout(total=WATCH + 30, sock_connect=10)
        path = f"namespaces/{namespace}/pods"
        async with self._get(path, options, read_bufsize=LONGEST_LINE, timeout=timeout) as answer:
            async for line in answer.content:
                change = json.loads(line)
                if change["type"] == "ERROR":
                    return
                yield change["type"], change["object"]

    async def log(self, namespace: str, pod: str, container: str) -> AsyncIterator[bytes]:
        """What a container prints, from its first line until it ends."""
        options = {"container": container, "follow": "true"}
        async with self._get(f"namespaces/{namespace}/pods/{pod}/log", options) as answer:
            async for chunk in answer.content.iter_any():
                yield chunk

    def _get(self, path: str, options: dict[str, str], **more: Any) -> Any:
        # Read each time: Kubernetes renews the token.
        token = (self._account / "token").read_text()
        return self._session.get(
            f"/api/v1/{path}",
            params=options,
            headers={"Authorization": f"Bearer {token}"},
            raise_for_status=True,
            **more,
        )
