"""A request held against the catalogue, and what a catalogue that cannot be read says."""

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.tasks import RequestError, parse
from airflow_k8s.tasks.catalogue import Amounts, Catalogue, Team, load
from airflow_k8s.tasks.placement import resolve
from tests.corpus import CATALOGUE

R_DATA = "localhost:5001/airflow-k8s/r-data"
R_TEMPLATE = "/opt/airflow/pod-templates/r-data.yaml"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(CATALOGUE)


@pytest.mark.parametrize(
    ("written", "template", "reference"),
    [
        ({"image": "r-data"}, R_TEMPLATE, None),
        ({"cpu": 1}, "/opt/airflow/pod-templates/base.yaml", None),
        ({"image": "r-data", "tag": "3.3.2-cccccccccccc"}, R_TEMPLATE, None),
        (
            {"image": "r-data:3.3.2-0123456789ab"},
            R_TEMPLATE,
            f"{R_DATA}:3.3.2-0123456789ab@sha256:{'0123456789abcdef' * 4}",
        ),
        ({"image": "r-data:3.3.2-000000000000"}, R_TEMPLATE, f"{R_DATA}:3.3.2-000000000000"),
        ({"KubernetesExecutor": {"image": "everlane/r-data"}}, R_TEMPLATE, None),
    ],
    ids=str,
)
def test_an_image_is_found(written: dict, template: str, reference: str | None, catalogue: Catalogue) -> None:
    placement = resolve(parse(written), catalogue)
    assert (placement.template, placement.reference) == (template, reference)


@pytest.mark.parametrize(
    ("written", "requests", "limits"),
    [
        ({"image": "r-data"}, ("1", "2Gi"), ("1", "2Gi")),
        ({"image": "r-data", "cpu": 2, "memory": "4Gi"}, ("2", "4Gi"), ("2", "4Gi")),
        ({"image": "r-data", "cpu": 0.5, "memory": "4Gi"}, ("500m", "4Gi"), ("1", "4Gi")),
        ({"image": "r-data", "memory": "4Gi"}, ("1", "4Gi"), ("1", "4Gi")),
        ({"cpu": "100m"}, ("100m", "1Gi"), ("1", "1Gi")),
        ({"KubernetesExecutor": {"request_cpu": 1, "limit_cpu": 4}}, ("1", "1Gi"), ("4", "1Gi")),
        ({"KubernetesExecutor": {"limit_cpu": "500m"}}, ("500m", "1Gi"), ("1", "1Gi")),
        ({"size": "small"}, ("500m", "1Gi"), ("1", "1Gi")),
        ({"image": "r-data", "size": "small", "memory": "8Gi"}, ("500m", "8Gi"), ("1", "8Gi")),
    ],
    ids=str,
)
def test_a_size_is_always_complete(written: dict, requests: tuple, limits: tuple, catalogue: Catalogue) -> None:
    size = resolve(parse(written), catalogue).size
    assert size.requests == dict(zip(("cpu", "memory"), requests, strict=True))
    assert size.limits == dict(zip(("cpu", "memory"), limits, strict=True))


@pytest.mark.parametrize(
    ("written", "further"),
    [
        ({"disk": "5Gi"}, {"ephemeral-storage": "5Gi"}),
        ({"size": "large"}, {"ephemeral-storage": "20Gi"}),
        ({"size": "large", "disk": "5Gi"}, {"ephemeral-storage": "5Gi"}),
        ({"gpu": 1}, {"nvidia.com/gpu": "1"}),
    ],
    ids=str,
)
def test_disk_and_cards_are_requested_and_limited(written: dict, further: dict, catalogue: Catalogue) -> None:
    size = resolve(parse(written), catalogue).size
    assert size.requests.items() >= further.items()
    assert size.limits.items() >= further.items()


def test_a_task_runs_on_the_nodes_that_it_names(catalogue: Catalogue) -> None:
    pool = resolve(parse({"node_pool": "spot"}), catalogue).pool
    assert pool == catalogue.node_pools["spot"]
    assert resolve(parse({"image": "base"}), catalogue).pool is None


@pytest.mark.parametrize(
    ("written", "asked"),
    [({"image": "r-data"}, False), ({"cpu": 1}, True), ({"memory": "1Gi"}, True)],
    ids=str,
)
def test_the_template_has_the_size_that_nobody_asked_for(written: dict, asked: bool, catalogue: Catalogue) -> None:
    assert resolve(parse(written), catalogue).size_asked is asked


@pytest.mark.parametrize(
    ("platform", "image", "team", "said"),
    [
        (16, None, None, "a task may have. The most is 16."),
        (16, 8, None, 'a task on "base" may have. The most is 8.'),
        (4, 8, None, "a task may have. The most is 4."),
        (None, 8, None, 'a task on "base" may have. The most is 8.'),
        (16, 8, 4, 'a task of the team "finance" may have. The most is 4.'),
        (16, 4, 8, 'a task on "base" may have. The most is 4.'),
        (8, 8, 8, "a task may have. The most is 8."),
        (None, None, None, None),
    ],
)
def test_the_smallest_bound_counts_and_says_whose_it_is(
    platform: int | None, image: int | None, team: int | None, said: str | None, catalogue: Catalogue
) -> None:
    platform_, image_, team_ = (Amounts(cpu=most * 1000 if most else None) for most in (platform, image, team))
    images = {"base": replace(catalogue.images["base"], most=image_)}
    bounded = replace(catalogue, images=images, most=platform_)
    with pytest.raises(RequestError) if said else nullcontext() as error:
        resolve(parse({"cpu": 20}), bounded, Team("finance", most=team_))
    assert said is None or said in str(error.value)


def test_who_asks_for_memory_is_not_blamed_for_the_images_cpu(catalogue: Catalogue) -> None:
    resolve(parse({"memory": "2Gi"}), catalogue, Team("finance", most=Amounts(cpu=100)))


def test_what_a_size_holds_is_bounded_and_named(catalogue: Catalogue) -> None:
    with pytest.raises(RequestError) as error:
        resolve(parse({"size": "large"}), catalogue, Team("finance", most=Amounts(cpu=2000)))
    assert str(error.value).startswith('cpu 4 of the size "large" is more than a task of the team "finance" may have.')


def without(*keys: str) -> str:
    data = json.loads(CATALOGUE.read_text())
    at = data
    for key in keys[:-1]:
        at = at[key]
    del at[keys[-1]]
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "Expecting value"),
        ("[]", "list indices"),
        ('{"images": []}', "no attribute"),
        (without("default"), "lacks 'default'"),
        (without("images", "base", "template"), "lacks 'template'"),
        (without("images", "base", "memory"), "lacks 'memory'"),
        (without("images", "base"), 'the default image "base" is not among its images'),
    ],
)
def test_a_broken_catalogue_is_not_the_analysts_fault(text: str, cause: str, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.json"
    file.write_text(text)
    with pytest.raises(UserError) as error:
        load(file)
    assert cause in str(error.value)
    assert "tell those who run this Airflow" in str(error.value)


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere.json: No such file"):
        load(tmp_path / "nowhere.json")
