"""The DAG of `helm test`: a task on every image of the catalogue where it is read, and in a pod the pod's own."""

import json
from pathlib import Path
from types import ModuleType

import pytest

import airflow_k8s.trial
from airflow_k8s.trial import DAG_ID

from .dag_files import read_path

DAGS = Path(airflow_k8s.trial.__file__).with_name("dags")
(FILE,) = DAGS.glob("*.py")


@pytest.fixture(params=[True, False], ids=["real", "linked"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The file where it is, and as an image has it: below a link."""
    link = tmp_path / "platform-dags"
    link.symlink_to(DAGS)
    return FILE if request.param else link / FILE.name


def test_it_has_a_task_on_every_image(processor: ModuleType, catalogue_file: Path, file: Path) -> None:
    images = json.loads(catalogue_file.read_text())["images"]
    parsed = read_path(processor, file)
    assert parsed.error == ""
    for name, image in images.items():
        assert parsed.config(name)["pod_template_file"] == image["template"]
    (dag,) = parsed.serialized
    assert dag["dag"]["dag_id"] == DAG_ID
    assert len(dag["dag"]["tasks"]) == len(images)


def test_in_its_pod_it_has_the_pods_task(processor: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

    monkeypatch.delenv("AIRFLOW_K8S_CATALOGUE", raising=False)
    monkeypatch.setenv("AIRFLOW_IS_K8S_EXECUTOR_POD", "True")
    with _airflow_parsing_context_manager(dag_id=DAG_ID, task_id="r-data"):
        parsed = read_path(processor, FILE)
    assert parsed.config("r-data") == {"image": "r-data"}
