import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from tests.corpus import CATALOGUE, HEAD

from .dag_files import Parsed, read_path


@pytest.fixture(scope="session")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Airflow's DAG processor; its home must be set before the first import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__CORE__EXECUTOR", "KubernetesExecutor,LocalExecutor")
        from airflow.dag_processing import processor

        yield processor


@pytest.fixture
def catalogue_file(processor: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of its own for each test, named as the chart names it in the DAG processor."""
    from airflow.executors import executor_loader

    for known in ("executor_names", *(f"{kind}_to_executors_per_team" for kind in ("alias", "module", "classname"))):
        getattr(executor_loader, f"_{known}").clear()  # of a test before, which had other executors
    file = Path(shutil.copy(CATALOGUE, tmp_path / "catalogue.json"))
    monkeypatch.setenv("AIRFLOW_K8S_CATALOGUE", str(file))
    monkeypatch.delenv("AIRFLOW_IS_K8S_EXECUTOR_POD", raising=False)
    return file


@pytest.fixture
def read(processor: ModuleType, catalogue_file: Path, tmp_path: Path) -> Callable[..., Parsed]:
    """Let the DAG processor read a DAG file with this text."""
    folder = tmp_path / "dags"
    folder.mkdir()

    def read_file(text: str, name: str = "nightly.py") -> Parsed:
        (folder / name).write_text(HEAD + dedent(text))
        return read_path(processor, folder / name)

    return read_file
