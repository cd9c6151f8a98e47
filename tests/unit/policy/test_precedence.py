"""Who counts more: the task, its operator's default, the DAG's default_args, the image and the chart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .dag_files import Parsed

Read = Callable[..., Parsed]

FILE = """
from airflow_k8s.operators.on_image import OnImage

class ScoreOperator(OnImage, BashOperator):
    runs_on = {operator}

with DAG("nightly", default_args={{"executor_config": {dag}}}):
    ScoreOperator(task_id="plain", bash_command="true", executor_config={task})
    ScoreOperator.partial(task_id="mapped", executor_config={task}).expand(bash_command=["true"])
"""
R, PYTHON, BASE = ({"image": image} for image in ("r-data", "python-data", "base"))


@pytest.mark.parametrize("kind", ["plain", "mapped"])
@pytest.mark.parametrize(
    ("said", "gets"),
    [
        (({**R, "memory": "3Gi"}, {**PYTHON, "memory": "4Gi"}, {**BASE, "memory": "5Gi"}), ("r-data", "3Gi")),
        (({}, {**PYTHON, "memory": "4Gi"}, {**BASE, "memory": "5Gi"}), ("python-data", "4Gi")),
        (({}, {}, {**BASE, "memory": "5Gi"}), ("base", "5Gi")),
        (({}, {}, R), ("r-data", "2Gi")),
        (({}, {}, {}), ("python-data", "2Gi")),
        (({"memory": "3Gi"}, {**R, "memory": "4Gi"}, {}), ("r-data", "3Gi")),
        (({}, {"memory": "4Gi"}, R), ("r-data", "4Gi")),
        (({"size": "small"}, {}, R), ("r-data", "1Gi")),
        (({"size": "small", "memory": "6Gi"}, {}, R), ("r-data", "6Gi")),
    ],
    ids=["task", "operator", "dag", "image", "chart", "task's size", "operator's size", "size", "word before size"],
)
def test_each_counts_more_than_what_is_further_away(
    read: Read, catalogue_file: Path, kind: str, said: tuple[dict, dict, dict], gets: tuple[str, str]
) -> None:
    catalogue = json.loads(catalogue_file.read_text()) | {"default": "python-data"}
    catalogue_file.write_text(json.dumps(catalogue))
    task, operator, dag = said
    config = read(FILE.format(task=task, operator=operator, dag=dag)).config(kind)
    assert placed(config, catalogue) == gets


def placed(config: dict, catalogue: dict) -> tuple[str, str]:
    """Image and memory of the pod; what the override leaves out is the template's: the image's, or the chart's."""
    image = Path(config["pod_template_file"]).stem if config else catalogue["default"]
    pod = config.get("pod_override")
    return image, pod.spec.containers[0].resources.limits["memory"] if pod else catalogue["images"][image]["memory"]
