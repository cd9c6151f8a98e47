"""A sample of the corpus's mistakes: a cluster's import errors over REST, and lint, tell each in the same sentence."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_k8s.cluster import dags
from airflow_k8s.paths import DAGS
from airflow_k8s.platform.namespace import RELEASE, kubectl
from airflow_k8s.platform.rest import Airflow, wait_until
from tests.corpus import MISTAKES, Mistake, refused

SAMPLE = [case for case in MISTAKES if case.sample]
FILES = {case.file for case in SAMPLE}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's files."""
    folder = tmp_path_factory.mktemp("bundle")
    for case in SAMPLE:
        case.write(folder)
    return folder


@pytest.fixture(scope="module")
def cluster_says(airflow: Airflow, bundle: Path) -> Iterator[dict[str, str]]:
    """Import errors by file, all at once; afterwards the cluster has its DAGs alone again."""
    try:
        dags.sync(*DAGS, bundle)
        wait_until(lambda: {*airflow.import_errors()} >= FILES, "the DAG processor has read the wrong files", 180)
        yield airflow.import_errors()
    finally:
        dags.sync(*DAGS)
        wait_until(lambda: not FILES & {*airflow.import_errors()}, "the wrong files are forgotten", 180)


@pytest.fixture(scope="module")
def lint_says(airflow: Airflow, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Errors by case, told by the catalogue that the cluster publishes."""
    catalogue = tmp_path_factory.mktemp("published") / "catalogue.json"
    published = kubectl("get", "configmap", f"{RELEASE}-catalogue", "--output=jsonpath={.data.catalogue\\.json}")
    catalogue.write_text(published)
    command = [Path(sys.executable).with_name("airflow-k8s"), "lint", bundle]
    words = [*command, "--catalogue", catalogue, "--format", "json"]
    done = subprocess.run(words, text=True, capture_output=True, check=False)
    return refused(done.stdout)


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.name)
def test_the_cluster_tells_a_mistake_in_the_sentence_of_the_corpus(cluster_says: dict[str, str], case: Mistake) -> None:
    assert cluster_says[case.file] == f"AirflowClusterPolicyViolation: {case.message}"


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.name)
def test_lint_tells_it_in_the_same(lint_says: dict[str, list[str]], case: Mistake) -> None:
    assert lint_says[case.name] == [case.message]
