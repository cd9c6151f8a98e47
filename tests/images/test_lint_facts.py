"""What lint knows of modules is what the images have."""

from collections.abc import Callable

import docker

from airflow_k8s.lint import facts, measure


def test_the_modules_of_the_dag_processor_are_those_of_its_image(
    client: docker.DockerClient, reference: Callable[[str], str]
) -> None:
    known = set(measure.modules(client, reference("base")))
    assert known == facts.load().processor, "renew with: airflow-k8s lint-facts"


def test_what_is_called_dear_is_dear(client: docker.DockerClient, reference: Callable[[str], str]) -> None:
    """A third of the figure: machines differ, and measure CPU-seconds with noise."""
    dear = facts.load().seconds
    costs = measure.costs(client, reference("python-data"), *dear)
    assert {module for module, seconds in costs.items() if seconds < dear[module] / 3} == set()
