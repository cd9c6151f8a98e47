"""`helm test` on kind: a task on every image, its log read after its pod, and nothing left."""

from airflow_k8s.images import catalogue
from airflow_k8s.platform.namespace import RELEASE, helm
from airflow_k8s.platform.rest import Airflow
from airflow_k8s.trial import DAG_ID


def test_helm_test_runs_a_task_on_every_image(airflow: Airflow) -> None:
    said = helm("test", RELEASE, "--logs", "--timeout", "15m")
    for name, image in catalogue.load().images.items():
        assert (f"{name}: success on " in said) is image.tasks, name
    tasks = sum(image.tasks for image in catalogue.load().images.values())
    assert said.count("lines of log were there after it") == tasks
    assert airflow.runs(DAG_ID) == []
