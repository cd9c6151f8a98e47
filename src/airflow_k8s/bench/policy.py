"""What the policy costs: CPU that it adds to each task when the DAG processor reads a DAG file."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from airflow_k8s.bench import Figure, spread
from airflow_k8s.images import catalogue

BUDGET = 5.0
"""CPU-milliseconds that the policy may add to a task at every parse."""

PAIRS = 15
"""How often each file is read with the policy and without."""

HEAD = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("bench", default_args={defaults}):
    for number in range({tasks}):
        {task}
"""
PLAIN = 'BashOperator(task_id=f"t{number}", bash_command="true", executor_config={config})'
MAPPED = 'BashOperator.partial(task_id=f"t{number}", executor_config={config}).expand(bash_command=["true"])'
IMAGE, SIZED = {"image": "base"}, {"image": "base", "cpu": 2, "memory": "4Gi"}

CASES = {
    "a task that asks for nothing": (50, PLAIN, None, {}),
    "a task with an image": (50, PLAIN, IMAGE, {}),
    "a task with an image and a size": (50, PLAIN, SIZED, {}),
    "a mapped task with an image and a size": (50, MAPPED, SIZED, {}),
    "a task of a team": (50, PLAIN, None, {"owner": "ada"}),
    "the only task of its file, with an image and a size": (1, PLAIN, SIZED, {}),
}
"""By what is told: tasks in the file, how they are written, what they ask for, the DAG's default_args."""


def measure(pairs: int = PAIRS) -> list[Figure]:
    """A figure for each kind of task: what a parse with the policy costs more than one without, shared by the tasks.

    Args:
        pairs: how often each file is read with and without, one after the other.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [_write(Path(folder) / f"{number}.py", *case) for number, case in enumerate(CASES.values())]
        measured = _read(Path(folder), files, pairs)
    return [
        _figure(what, tasks, pairs_of) for (what, (tasks, *_)), pairs_of in zip(CASES.items(), measured, strict=True)
    ]


def text(tasks: int, task: str, config: object, defaults: object) -> str:
    """A DAG file with so many tasks.

    Example:
        >>> print(text(2, PLAIN, IMAGE, {}).splitlines()[-1].strip())
        BashOperator(task_id=f"t{number}", bash_command="true", executor_config={'image': 'base'})
    """
    written = task.replace("{config}", repr(config))
    return HEAD.replace("{defaults}", repr(defaults)).replace("{tasks}", str(tasks)).replace("{task}", written)


def platform() -> dict[str, object]:
    """A catalogue with every image for tasks, as the chart would publish it, and a team."""
    images = {
        name: {"template": f"/{name}.yaml", "repository": name, "tag": "1", "cpu": image.cpu, "memory": image.memory}
        for name, image in catalogue.load().images.items()
        if image.tasks
    }
    return {"default": "base", "images": images, "most": {"cpu": 16}, "teams": {"science": {"owners": ["ada"]}}}


def _write(file: Path, *case: object) -> Path:
    file.write_text(text(*case))  # type: ignore[arg-type]  # as they stand in CASES
    return file


def _read(folder: Path, files: list[Path], pairs: int) -> list[list[tuple[float, float]]]:
    """CPU-seconds without the policy and with it, for each file."""
    offers = folder / "catalogue.json"
    offers.write_text(json.dumps(platform()))
    settings = {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    settings |= {"AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor", "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL"}
    words = [sys.executable, "-m", "airflow_k8s.bench.parse", str(offers), str(pairs), *map(str, files)]
    done = subprocess.run(words, env=os.environ | settings, text=True, stdout=subprocess.PIPE, check=True)
    answer: list[list[tuple[float, float]]] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _figure(what: str, tasks: int, pairs: list[tuple[float, float]]) -> Figure:
    added = spread([(with_it - without) / tasks * 1000 for without, with_it in pairs])
    return Figure(what, added.median, "ms", BUDGET, f"{added.least:.2f} to {added.most:.2f} in {added.runs} pairs")
