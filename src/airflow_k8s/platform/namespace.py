"""The namespace that the platform lives in, through kubectl and helm."""

import base64
import json

from airflow_k8s import process
from airflow_k8s.cluster import kind, tools
from airflow_k8s.paths import KUBECONFIG

NAMESPACE = "airflow"
RELEASE = "airflow"


def kubectl(*words: str, stdin: str | None = None) -> str:
    """Run kubectl in the namespace and return what it prints."""
    return kind.kubectl(f"--namespace={NAMESPACE}", *words, stdin=stdin)


def helm(*words: str, log: str | None = None) -> str:
    """Run helm in the namespace and return what it prints."""
    return process.run([tools.path("helm"), f"--kubeconfig={KUBECONFIG}", f"--namespace={NAMESPACE}", *words], log=log)


def secret(name: str, key: str) -> str:
    """One value of a Secret, decoded."""
    data = json.loads(kubectl("get", "secret", name, "--output=json"))["data"]
    return base64.b64decode(data[key]).decode()


def last_words(component: str) -> str:
    """The last lines that a component's pods printed, or nothing where there are none."""
    selector = f"--selector=app.kubernetes.io/component={component}"
    return kubectl("logs", selector, "--tail=3", "--all-containers", "--ignore-errors")
