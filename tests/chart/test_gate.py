"""The look at every image for tasks, before an install or upgrade changes anything."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.chart.rendered import Object, render

IMAGES: dict[str, Any] = {
    "r-data": {"repository": "registry/r-data", "tag": "1"},
    "tools": {"repository": "registry/tools", "tasks": False},
}


def _looks(values: dict[str, Any]) -> dict[str, Object]:
    return {container["name"]: container for container in render(values).pods()["gate"].containers()}


def _judge(path: Path, version: str | None) -> subprocess.CompletedProcess[str]:
    """Run what the container would, where `python` finds this version of Airflow, or where there is no Python."""
    if version is not None:
        python = path / "python"
        python.write_text(f"#!/bin/sh\n{f'echo {version}' if version else 'exit 1'}\n")
        python.chmod(0o755)
    look = _looks({"images": IMAGES})["r-data"]
    command = ["/bin/sh", *look["command"][1:], *look["args"]]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_each_image_for_tasks_is_looked_at_and_no_other() -> None:
    looks = _looks({"images": IMAGES})
    assert set(looks) == {"base", "r-data"}
    assert looks["r-data"]["image"] == "registry/r-data:1"


def test_it_comes_before_the_release_and_is_tried_once() -> None:
    job = render().all("Job")["gate"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.parametrize("version", ["3.3.2", "3.3.0", "3.3.10", "3.3.3rc1"])
def test_an_image_with_this_minor_passes(tmp_path: Path, version: str) -> None:
    judged = _judge(tmp_path, version)
    assert (judged.returncode, judged.stdout) == (0, "")


@pytest.mark.parametrize(
    ("version", "has"),
    [
        pytest.param("3.4.0", "3.4.0", id="the next minor"),
        pytest.param("3.30.1", "3.30.1", id="a minor that begins alike"),
        pytest.param("13.3.2", "13.3.2", id="a major that ends alike"),
        pytest.param("", "none", id="Python without Airflow"),
        pytest.param(None, "none", id="no Python"),
    ],
)
def test_another_is_named_with_what_it_has_and_what_to_do(tmp_path: Path, version: str | None, has: str) -> None:
    judged = _judge(tmp_path, version)
    assert judged.returncode == 1
    assert 'the image "r-data" (registry/r-data:1)' in judged.stdout
    assert f"Its Airflow is {has}; this chart needs 3.3." in judged.stdout
    assert "images.r-data.tasks=false" in judged.stdout


def test_it_can_be_turned_off_with_its_policy() -> None:
    off = render({"gate": {"enabled": False}})
    assert "gate" not in off.all("Job")
    assert "gate" not in off.all("NetworkPolicy")
