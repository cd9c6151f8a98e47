"""A request held against the catalogue, and what a catalogue that cannot be read says."""

import json
from pathlib import Path

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.tasks import RequestError, parse
from airflow_k8s.tasks.catalogue import Catalogue, load
from airflow_k8s.tasks.placement import resolve

CATALOGUE = Path(__file__).with_name("catalogue.json")
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
        ({"image": "r-data:3.3.2-0123456789ab"}, R_TEMPLATE, "localhost:5001/airflow-k8s/r-data:3.3.2-0123456789ab"),
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
    ("written", "sentence"),
    [
        ({"image": "r-dta"}, 'no image "r-dta". Tasks can run on base, python-data and r-data. Write "r-data".'),
        ({"image": "R"}, 'Write "r-data".'),
        ({"image": "python"}, 'Write "python-data".'),
        ({"image": "Base"}, 'Write "base".'),
        ({"image": "everlane/data:latest"}, 'There is no image "data".'),
        ({"image": "spark"}, "Write one of these, or ask those who run this Airflow for a new one."),
        ({"image": "r-data:latest"}, "Leave the tag out: the platform then takes its current one."),
        ({"image": "r-data:3.3.2-0123456789ac"}, 'Write "3.3.2-0123456789ab", or leave the tag out.'),
        ({"size": "smal"}, "There are small (cpu 500m, memory 1Gi) and large (cpu 4, memory 16Gi, disk 20Gi). "),
        ({"size": "smal"}, 'There is no size "smal".'),
        ({"size": "smal"}, 'Write "small".'),
        ({"node_pool": "gpu"}, 'There is no node pool "gpu". There are any and spot. Leave it out, or ask those'),
        ({"cpu": 17}, "cpu 17 is more than a task may have. The most is 16. Write at most 16, or ask those"),
        ({"memory": "65Gi"}, "memory 65Gi is more than a task may have. The most is 64Gi."),
        ({"disk": "101Gi"}, "disk 101Gi is more than a task may have."),
        ({"gpu": 2}, "gpu 2 is more than a task may have. The most is 1."),
        ({"image": "base", "tag": "x"}, 'It has 3.3.2-aaaaaaaaaaaa. Write "3.3.2-aaaaaaaaaaaa", or leave the tag out.'),
    ],
    ids=str,
)  # fmt: skip
def test_what_there_is_not_names_what_there_is(written: dict, sentence: str, catalogue: Catalogue) -> None:
    with pytest.raises(RequestError) as error:
        resolve(parse(written), catalogue)
    assert sentence in str(error.value)


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
