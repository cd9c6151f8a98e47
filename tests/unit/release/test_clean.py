"""The clean-ups do what they say: pods, before an API that answers as Kubernetes does; rows, in Airflow's words."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from airflow_k8s.release import clean
from tests.chart.rendered import render, variables

NOW = datetime.now(UTC)
LABELS = {"dag_id": "d", "task_id": "t", "try_number": "1", "airflow_version": "3.3.2"}


def pod(name: str, phase: str, minutes: int) -> dict[str, Any]:
    """A task's pod that began, and ended if it did, so many minutes ago."""
    then = (NOW - timedelta(minutes=minutes)).isoformat()
    ended = [{"name": "base", "ready": False, "restartCount": 0, "image": "x", "imageID": "x"}]
    ended[0]["state"] = {"terminated": {"exitCode": 0, "finishedAt": then}}  # type: ignore[assignment]
    status = {"phase": phase, "containerStatuses": ended if phase in {"Succeeded", "Failed"} else []}
    spec = {"restartPolicy": "Never", "containers": [{"name": "base", "image": "x"}]}
    return {"metadata": {"name": name, "creationTimestamp": then, "labels": LABELS}, "spec": spec, "status": status}


PODS = [
    pod("ended-long-ago", "Succeeded", 90),
    pod("ended-just-now", "Succeeded", 10),
    pod("failed-long-ago", "Failed", 90),
    pod("runs", "Running", 900),
    pod("waits-for-ever", "Pending", 60),
    pod("waits-for-a-node", "Pending", 20),
]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """A kubeconfig for an API with these pods, and the names of those that were deleted."""
    gone: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({"apiVersion": "v1", "kind": "PodList", "metadata": {}, "items": PODS})

        def do_DELETE(self) -> None:
            gone.append(self.path.rsplit("/", 1)[-1])
            self._answer({"kind": "Status", "status": "Success"})

        def _answer(self, content: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    file = tmp_path / "kubeconfig"
    file.write_text(
        yaml.safe_dump(
            {
                "current-context": "x",
                "clusters": [{"name": "x", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
                "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
                "users": [{"name": "x", "user": {}}],
            }
        )
    )
    yield file, gone
    server.shutdown()


def test_the_charts_own_command_takes_the_pods_that_nobody_waits_for(
    api: tuple[Path, list[str]], tmp_path: Path
) -> None:
    kubeconfig, gone = api
    release = render()
    main = release.pods()["cleanup-pods"].main
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **release.config(),
        "NAMESPACES": variables(main)["NAMESPACES"]["value"],
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__KUBERNETES_EXECUTOR__IN_CLUSTER": "False",
        "AIRFLOW__KUBERNETES_EXECUTOR__CONFIG_FILE": str(kubeconfig),
        # No database, as in the pod: Airflow's default is a file, where nothing can be written.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////proc/airflow.db",
    }
    done = subprocess.run(
        [*main["command"], *main["args"]], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(gone) == {"ended-long-ago", "failed-long-ago", "waits-for-ever"}


def test_airflow_takes_the_words_for_its_rows() -> None:
    from airflow.cli.cli_parser import get_parser

    options = get_parser().parse_args(clean.words(90, datetime(2026, 4, 1, tzinfo=UTC))[1:])
    assert options.clean_before_timestamp == datetime(2026, 1, 1, tzinfo=UTC)
    assert (options.yes, options.skip_archive, options.dry_run) == (True, True, False)
