"""From the chart that was landed before to this one, back, and from nothing to what was left: with a task in flight."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.paths import CHART, OVERLAY, ROOT
from airflow_k8s.platform.apart import ALONE, Release, Values, namespace, secrets_of
from tests.scenarios import in_flight
from tests.scenarios.in_flight import DAG_ID, ONCE, Flight

NAME = "upgrades"
PREVIOUS = "1be6cb510f9e"
"""The commit whose chart people have: the last that was landed before this one was made."""

ABSENT: Values = {"images": {"base": {"tag": "absent", "digest": ""}}}
"""Ends at the gate."""

NOWHERE: Values = {"apiServer": {"nodeSelector": {"no": "such-node"}}}
"""Ends while servers are replaced."""


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart of the commit before, as git has it."""
    packed = subprocess.run(
        ["git", "archive", PREVIOUS, CHART.relative_to(ROOT)], cwd=ROOT, capture_output=True, check=False
    )
    if packed.returncode:
        pytest.skip(f"This clone has not the commit {PREVIOUS}: git fetch --unshallow.")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder / CHART.relative_to(ROOT)


@pytest.fixture(scope="module")
def release(previous: Path) -> Iterator[Release]:
    """The chart that people have."""
    with namespace(NAME, in_flight.DAG, secrets_of(NAME)) as release:
        release.upgrade(in_flight.VALUES, chart=previous, files=(previous / "ci" / "kind-values.yaml", ALONE, OVERLAY))
        yield release


@pytest.fixture(scope="module")
def upgraded(release: Release) -> Flight:
    """A task during whose flight this chart came."""
    flight = in_flight.begin(release)
    release.upgrade(in_flight.VALUES)
    return flight


def test_a_task_in_flight_outlives_an_upgrade(upgraded: Flight) -> None:
    upgraded.let_go()
    assert upgraded.end() == ONCE


def test_a_task_in_flight_outlives_the_way_back_and_forth(release: Release, upgraded: Flight) -> None:
    flight = in_flight.begin(release)
    release.helm("rollback", NAME, "1", "--wait", "--timeout=8m")
    release.helm("rollback", NAME, "2", "--wait", "--timeout=8m")
    flight.let_go()
    assert flight.end() == ONCE


@pytest.mark.parametrize("change", [ABSENT, NOWHERE], ids=["image that is absent", "pods that find no node"])
def test_an_upgrade_that_fails_leaves_what_was_there(release: Release, upgraded: Flight, change: Values) -> None:
    flight = in_flight.begin(release)
    with pytest.raises(UserError):
        release.upgrade({**in_flight.VALUES, **change}, "--rollback-on-failure", "--timeout=60s")
    flight.let_go()
    assert flight.end() == ONCE
    again = in_flight.begin(release)
    again.let_go()
    assert again.end() == ONCE


def test_what_was_kept_is_there_after_an_uninstall(release: Release, upgraded: Flight) -> None:
    keys = release.json("secret", f"{NAME}-keys")["data"]
    with release.signed_in() as airflow:
        airflow.post("/variables", {"key": "kept", "value": "a long story"})
    release.helm("uninstall", NAME, "--wait")
    assert release.json("deployments")["items"] == []
    release.upgrade(in_flight.VALUES)
    assert release.json("secret", f"{NAME}-keys")["data"] == keys
    with release.signed_in() as airflow:
        assert airflow.get("/variables/kept")["value"] == "a long story"
        assert airflow.get("/connections/usage")["login"] == "airflow"
        assert airflow.state(DAG_ID, upgraded.run_id) == "success"
    assert in_flight.WAITS in upgraded.log()
