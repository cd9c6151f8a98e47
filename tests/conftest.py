"""What holds for every test: options that count for itself alone, and the closing report."""

import os
from collections.abc import Iterator

import pytest

from airflow_k8s import options, progress


@pytest.fixture(autouse=True)
def own_options() -> Iterator[None]:
    """A command that runs within a test leaves its options to the process; the next test has those of before."""
    before = {name: os.environ.get(name) for name in (options.REGISTRY, options.PORT)}
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def pytest_terminal_summary() -> None:
    """Tell where the time went when a run had to build images or a cluster first."""
    if progress.seconds_spent() > 1:
        progress.console.print(progress.where_the_time_went())
