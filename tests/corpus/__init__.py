"""What analysts write, and what must come of it: one corpus for policy, lint, documents and the cluster.

``spellings.yaml`` has what is right, and ``pods/`` the whole pod of each; ``mistakes.yaml`` has what is wrong, each
with the sentence that tells it. ``values.yaml`` is the installation that it is all judged on, and ``catalogue.json``
what its chart publishes. ``python -m tests.corpus`` writes pods and catalogue anew.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from types import ModuleType
from typing import Any

import yaml

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "catalogue.json"
PODS = FOLDER / "pods"

HEAD = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, dag, task, task_group
from airflow_k8s import on_image
"""
POD = "from kubernetes.client import models as k8s\n"

ONE_TASK = """
with DAG("<name>"):
    BashOperator(task_id="load", bash_command="true", executor_config=<written>)
"""


@dataclass(frozen=True)
class Case:
    """Something that an analyst writes.

    Args:
        name: of the case, of its DAG, and of its file.
        written: an ``executor_config``, or where there is ``dag``, nothing.
        dag: the text of a whole DAG file; "<name>" in it stands for the name.
        task: the task that it is about; None where it is the DAG itself.
        folder: where in the bundle its file is.
    """

    name: str
    written: str = ""
    dag: str = ""
    task: str | None = "load"
    folder: str = ""

    @property
    def text(self) -> str:
        """The DAG file."""
        body = (self.dag or ONE_TASK.replace("<written>", self.written)).replace("<name>", self.name)
        return HEAD + (POD if "k8s.V1" in body else "") + body

    @property
    def file(self) -> str:
        """Where its file is, relative to the bundle."""
        return f"{self.folder}/{self.name}.py".lstrip("/")

    def write(self, bundle: Path) -> Path:
        """Put its file into a bundle."""
        path = bundle / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text)
        return path


@dataclass(frozen=True)
class Mistake(Case):
    """Something wrong, and how it is told.

    Args:
        sentence: what, why, and what to write.
        sample: whether the cluster is asked about it, too; what it says must be the same at every installation.
    """

    sentence: str = ""
    sample: bool = False

    @property
    def message(self) -> str:
        """The sentence with its place: what the import error says, and lint."""
        whose = f'Task "{self.task}" of DAG' if self.task else "DAG"
        return f'{whose} "{self.name}" in {self.file}: {self.sentence}'


def _read(name: str, kind: type[Case]) -> list[Any]:
    content = yaml.safe_load((FOLDER / name).read_text())
    return [
        kind(name=case, **(said if isinstance(said, dict) else {"written": said})) for case, said in content.items()
    ]


SPELLINGS: list[Case] = _read("spellings.yaml", Case)
MISTAKES: list[Mistake] = _read("mistakes.yaml", Mistake)


def rendered() -> Any:
    """The chart with the corpus's values."""
    from tests.chart.rendered import render

    return render(yaml.safe_load((FOLDER / "values.yaml").read_text()))


def catalogue_text() -> str:
    """The catalogue that the chart publishes."""
    text: str = rendered().all("ConfigMap")["catalogue"]["data"]["catalogue.json"]
    return json.dumps(json.loads(text), indent=2) + "\n"


def pod_text(case: Case, config: dict[str, Any]) -> str:
    """The whole pod of a task, as KubernetesExecutor would ask Kubernetes for it.

    Args:
        case: what was written.
        config: its ``executor_config``, as the scheduler gets it.
    """
    from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator

    release = rendered()
    template = config.get("pod_template_file") or release.config()["AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE"]
    base = yaml.safe_load(release.all("ConfigMap")["pod-templates"]["data"][Path(template).name])
    # as KubernetesExecutor.execute_async and AirflowKubernetesScheduler.run_next do it
    pod = PodGenerator.construct_pod(
        dag_id=case.name, task_id=str(case.task), pod_id="pod", try_number=1, kube_image="", args=["the workload"],
        date=None, run_id="manual", namespace="airflow", scheduler_job_id="1",
        pod_override_object=PodGenerator.from_obj(config), base_worker_pod=PodGenerator.deserialize_model_dict(base),
    )  # fmt: skip
    words = case.text.removeprefix(HEAD).strip().splitlines() if case.dag else wrap(case.written, 116)
    said = "".join(f"# {line}".rstrip() + "\n" for line in words)
    return said + yaml.safe_dump(PodGenerator.serialize_pod(pod), sort_keys=False, allow_unicode=True, width=120)


def refused(findings: str) -> dict[str, list[str]]:
    """What lint would not let pass, by the name of the case.

    Args:
        findings: what ``airflow-k8s lint --format json`` printed.
    """
    found: dict[str, list[str]] = {}
    for one in json.loads(findings):
        if one["level"] == "error":
            found.setdefault(Path(one["file"]).stem, []).append(one["message"])
    return found


def parsed(processor: ModuleType, case: Case, bundle: Path) -> Any:
    """What the DAG processor reports of a case's file."""
    from tests.unit.policy.dag_files import read_path

    return read_path(processor, case.write(bundle), bundle)
