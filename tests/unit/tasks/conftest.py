from pathlib import Path

import pytest

from airflow_k8s.tasks.catalogue import Catalogue, load


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load(Path(__file__).with_name("catalogue.json"))
