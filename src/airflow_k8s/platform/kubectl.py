"""Ask the cluster of this checkout through kubectl and helm."""

import base64
import json
from typing import Any

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.paths import KUBECONFIG

NAMESPACE = "airflow"
RELEASE = "airflow"


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    """Run kubectl in the platform's namespace and return what it printed."""
    return process.run([tools.path("kubectl"), "-n", NAMESPACE, *arguments], env=environment(), stdin=stdin)


def helm(*arguments: str, log: str | None = None) -> str:
    """Run helm in the platform's namespace and return what it printed."""
    return process.run([tools.path("helm"), "-n", NAMESPACE, *arguments], env=environment(), log=log)


def environment() -> dict[str, str]:
    """What makes kubectl, helm and the client libraries talk to this checkout's cluster and no other."""
    return {"KUBECONFIG": str(KUBECONFIG)}


def get(kind: str, name: str) -> dict[str, Any]:
    """An object of the namespace, as kubectl prints it in JSON."""
    found: dict[str, Any] = json.loads(kubectl("get", kind, name, "-o", "json"))
    return found


def secret(name: str, key: str) -> str:
    """One value of a Secret, decoded."""
    return base64.b64decode(get("secret", name)["data"][key]).decode()
