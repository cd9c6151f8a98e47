"""Install the chart, or bring it up to date."""

import json
from pathlib import Path

from airflow_k8s.errors import UserError
from airflow_k8s.paths import CHART, OVERLAY
from airflow_k8s.platform.namespace import RELEASE, helm, kubectl, last_words, secret
from airflow_k8s.platform.rest import Airflow, answers, wait_until

KIND_VALUES = CHART / "ci" / "kind-values.yaml"
USER = "admin"


def install(*more_values: Path) -> bool:
    """Install or upgrade the release and wait until everything runs; does nothing where nothing changed.

    Args:
        more_values: values files beside kind's own and the image overlay.

    Returns:
        Whether anything was changed.

    Raises:
        UserError: a component did not come up; says which, and why.
    """
    values = [word for file in (KIND_VALUES, OVERLAY, *more_values) for word in ("-f", str(file))]
    if _current(values):
        return False
    _forget_interrupted()
    try:
        helm(
            "upgrade",
            "--install",
            RELEASE,
            str(CHART),
            *values,
            "--wait",
            "--wait-for-jobs",
            "--timeout",
            "10m",
            log="helm",
        )
    except UserError as error:
        raise UserError(
            "The chart could not be installed.", f"{error.why}{_state()}", "Mend the cause and run it again."
        ) from error
    return True


def _status() -> str | None:
    """What helm says of the release: deployed, failed, pending-install… or None where there is none."""
    try:
        return str(json.loads(helm("status", RELEASE, "--output=json"))["info"]["status"])
    except UserError:
        return None


def _forget_interrupted() -> None:
    """Undo an install or upgrade that was cut off: helm refuses every further one while it counts as pending."""
    status = _status()
    if status == "pending-install":
        helm("uninstall", RELEASE, "--no-hooks")
    elif status and status.startswith("pending"):
        helm("rollback", RELEASE, "--no-hooks")


def _current(values: list[str]) -> bool:
    """Whether the release runs exactly what the chart renders now (two renders are equal byte for byte)."""
    if _status() != "deployed":
        return False
    rendered = helm("template", RELEASE, str(CHART), "--no-hooks", *values)
    return helm("get", "manifest", RELEASE).strip() == rendered.strip()


def _state() -> str:
    """What a person would look at first: the pods, and what the jobs said that must go well before all else."""
    said = "".join(last_words(component) for component in ("gate", "keys", "preflight", "migrate"))
    return f"The pods are:\n{kubectl('get', 'pods', '--no-headers')}The jobs said:\n{said}"


def connect(port: int) -> Airflow:
    """A session with the platform that is published on a port of this machine, as soon as it answers there.

    A cluster that was just started again needs a minute, and sends requests astray until then.
    """
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: answers(url), f"Airflow answers at {url}", 300)
    return Airflow(url, USER, password())


def password() -> str:
    """The password of the user ``admin``, from the Secret that the chart made."""
    return secret(f"{RELEASE}-keys", "admin-password")
