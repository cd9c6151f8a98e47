"""A running Airflow, over its REST API."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from airflow_k8s.errors import UserError

FINISHED = frozenset({"success", "failed"})


class Airflow:
    """A session with an Airflow API server.

    Args:
        url: where it listens, such as ``http://127.0.0.1:8080``.
        user: who signs in.
        password: that user's password.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self.session = requests.Session()
        patient = Retry(total=8, backoff_factor=0.5, status_forcelist=(502, 503, 504), allowed_methods=None)
        self.session.mount("http://", HTTPAdapter(max_retries=patient))
        signed_in = self._send("POST", "/auth/token", json={"username": user, "password": password})
        self.session.headers["Authorization"] = f"Bearer {signed_in['access_token']}"

    def get(self, path: str, **parameters: Any) -> Any:
        """What stands at a path below ``/api/v2``."""
        return self._send("GET", f"/api/v2{path}", params=parameters)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Create something at a path below ``/api/v2``."""
        return self._send("POST", f"/api/v2{path}", json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change something at a path below ``/api/v2``."""
        return self._send("PATCH", f"/api/v2{path}", json=body)

    def delete(self, path: str) -> None:
        """Delete what stands at a path below ``/api/v2``."""
        self._send("DELETE", f"/api/v2{path}")

    def _send(self, method: str, path: str, **options: Any) -> Any:
        answer = self.session.request(method, self.url + path, timeout=60, **options)
        if not answer.ok:
            raise UserError(
                f"Airflow refused {method} {path}.",
                f"It answered {answer.status_code}: {answer.text[:500]}",
                "See the api-server's log: kubectl -n airflow logs deployment/airflow-api-server.",
            )
        return answer.json() if answer.content else None

    def knows(self, dag_id: str) -> bool:
        """Whether a DAG has been parsed and can be run."""
        return bool(self.get("/dags", dag_id_pattern=dag_id)["total_entries"])

    def start(self, dag_id: str) -> str:
        """Unpause a DAG and start a run of it; returns the run's id."""
        self.patch(f"/dags/{dag_id}", {"is_paused": False})
        run_id = f"by-hand-{uuid.uuid4().hex[:8]}"
        self.post(f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None})
        return run_id

    def state(self, dag_id: str, run_id: str) -> str:
        """The state of a run: queued, running, success or failed."""
        return str(self.get(f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def finish(self, dag_id: str, run_id: str, seconds: float = 300) -> str:
        """Wait until a run has ended; returns its last state, success or failed."""
        wait_until(lambda: self.state(dag_id, run_id) in FINISHED, f"the run {run_id} of {dag_id} ends", seconds)
        return self.state(dag_id, run_id)

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The latest runs of a DAG, newest first."""
        return list(self.get(f"/dags/{dag_id}/dagRuns", order_by="-run_after", limit=10)["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Every task instance of a run, mapped ones one by one."""
        return list(self.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=100)["task_instances"])

    def returned(self, dag_id: str, run_id: str, task_id: str, map_index: int = -1, key: str = "return_value") -> Any:
        """What a task returned, or another XCom of it."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}"
        return self.get(path, map_index=map_index, deserialize=True)["value"]

    def log(self, dag_id: str, run_id: str, task_id: str, try_number: int = 1) -> str:
        """What the log of a task holds now, as text: a line an event, with all that belongs to it."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number}"
        return "\n".join(map(str, self.get(path, full_content=True)["content"]))

    def import_errors(self) -> dict[str, str]:
        """File name to error text, for every DAG file that could not be loaded."""
        return {
            error["filename"]: error["stack_trace"] for error in self.get("/importErrors", limit=100)["import_errors"]
        }


def answers(url: str) -> bool:
    """Whether an Airflow API server, and nothing else, answers at an address.

    Example:
        >>> answers("http://127.0.0.1:9")
        False
    """
    try:
        return "version" in requests.get(f"{url}/api/v2/version", timeout=5).json()
    except requests.RequestException:
        return False


def wait_until(is_so: Callable[[], bool], what: str, seconds: float) -> None:
    """Ask once a second until something is so.

    Args:
        is_so: asked again and again.
        what: completes the sentence "We waited until …".
        seconds: how long to wait at most.

    Raises:
        UserError: it was not so in time.

    Example:
        >>> wait_until(lambda: True, "the sun rises", 1)
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise UserError(
                f"We waited {seconds:.0f} seconds in vain until {what}.",
                "Something on the cluster is slow or stuck.",
                "Look at it: kubectl -n airflow get pods,events.",
            )
        time.sleep(1)
