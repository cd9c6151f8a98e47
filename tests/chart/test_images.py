"""Where images come from: a registry for all that name none, and digests."""

import re

import pytest

from airflow_k8s.tasks.catalogue import KEY, from_json
from tests.chart.rendered import refusal, render

MIRROR = "registry.example.com/mirror"


@pytest.mark.parametrize("set_up", ["everything", "production"])
def test_one_value_says_where_all_images_come_from(set_up: str) -> None:
    pods = render({"imageRegistry": MIRROR}, set_up=set_up).pods()
    images = {container["image"] for pod in pods.values() for container in pod.containers()}
    assert len(images) > 1
    assert {image for image in images if not re.match(r"[^/]+[.:][^/]+/", image)} == set()
    assert f"{MIRROR}/airflow-k8s/pgbouncer:1.24" in images


@pytest.mark.parametrize("named", ["registry.example.org/r", "localhost:5001/r", "localhost/r"])
def test_a_repository_that_names_its_registry_keeps_it(named: str) -> None:
    images = {"r-data": {"repository": named, "tag": "1"}}
    release = render({"imageRegistry": MIRROR, "images": images})
    assert release.task_pods()["r-data"].main["image"] == f"{named}:1"
    assert from_json(release.all("ConfigMap")["catalogue"]["data"][KEY]).images["r-data"].reference == f"{named}:1"


def test_a_registry_is_written_without_a_slash_at_its_end() -> None:
    assert "/imageRegistry" in refusal({"imageRegistry": f"{MIRROR}/"})
