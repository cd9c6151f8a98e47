"""The spellings of executor_config, and the sentences for those that nobody understands."""

import contextlib
import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import airflow_k8s
from airflow_k8s.tasks import Request, RequestError, on_image, parse
from airflow_k8s.tasks.catalogue import load
from airflow_k8s.tasks.placement import resolve
from airflow_k8s.tasks.request import WORDS as WORDS_
from tests import corpus

GI = 2**30


class V1Pod:
    """Stands for the one of the kubernetes client: this layer does not look into it."""

    def __repr__(self) -> str:
        return "pod"


POD = V1Pod()
ARTICLE = "KubernetesExecutor"


@pytest.mark.parametrize(
    ("written", "request_"),
    [
        (None, Request()),
        ({}, Request()),
        ({"KubernetesExecutor": {}}, Request()),
        ({"image": None, "cpu": None}, Request()),
        ({"image": "r-data"}, Request(image="r-data")),
        ({"image": " r-data "}, Request(image="r-data")),
        ({"image": "r-data", "tag": "3.3.2-0"}, Request(image="r-data", tag="3.3.2-0")),
        ({"image": "r-data:3.3.2-0"}, Request(image="r-data", tag="3.3.2-0")),
        ({"image": "localhost:5001/airflow-k8s/r-data"}, Request(image="r-data")),
        ({"image": "r-data", "cpu": 2, "memory": "4Gi"}, Request(image="r-data", cpu=2000, memory=4 * GI)),
        ({"cpu": "500m"}, Request(cpu=500)),
        ({"size": "large", "cpu": 2}, Request(size="large", cpu=2000)),
        ({"disk": "20Gi"}, Request(disk=20 * GI)),
        ({"gpu": 1, "node_pool": "gpu"}, Request(gpu=1, node_pool="gpu")),
        ({"env": {"MONTH": "2026-11", "DAYS": 30, "NOT": None}}, Request(env=(("DAYS", "30"), ("MONTH", "2026-11")))),
        ({"pod_override": POD}, Request(pod_override=POD)),
        ({"image": "r-data", "pod_override": POD}, Request(image="r-data", pod_override=POD)),
        ({"KubernetesExecutor": {"image": "everlane/data:latest"}}, Request(image="data", tag="latest")),
        ({"KubernetesExecutor": {"image": "r-data", "image_pull_policy": "Always"}}, Request(image="r-data")),
        ({"KubernetesExecutor": {"request_cpu": "100m"}}, Request(cpu=100)),
        ({"KubernetesExecutor": {"limit_cpu": 2}}, Request(cpu=2000, cpu_limit=2000)),
        ({"KubernetesExecutor": {"request_cpu": "1", "limit_cpu": "4"}}, Request(cpu=1000, cpu_limit=4000)),
        ({"KubernetesExecutor": {"request_memory": "1Gi"}}, Request(memory=GI)),
        ({"KubernetesExecutor": {"request_memory": "1Gi", "limit_memory": "4Gi"}}, Request(memory=4 * GI)),
        ({"KubernetesExecutor": {"image": "r-data"}, "pod_override": POD}, Request(image="r-data", pod_override=POD)),
    ],
    ids=str,
)
def test_every_spelling_is_understood(written: object, request_: Request) -> None:
    assert parse(written) == request_


PLAIN = [
    case
    for case in corpus.MISTAKES
    if case.written and not {"k8s", "pod_override"} & {*re.findall(r"\w+", case.written)}
]


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_what_is_wrong_is_told_in_its_sentence_without_airflow(case: corpus.Mistake) -> None:
    with pytest.raises(RequestError) as error:
        resolve(parse(eval(case.written, {"on_image": on_image})), load(corpus.CATALOGUE))  # noqa: S307 - our own
    assert str(error.value) == case.sentence


def test_on_image_gives_only_what_was_said() -> None:
    assert on_image("r-data") == {"image": "r-data"}
    assert on_image("r-data", tag="3.3.2-0", cpu=0.5, memory="4Gi") == {
        "image": "r-data", "tag": "3.3.2-0", "cpu": 0.5, "memory": "4Gi",
    }  # fmt: skip


def test_on_image_has_every_plain_word() -> None:
    assert tuple(inspect.signature(on_image).parameters) == WORDS_


@pytest.mark.parametrize("words", [{"memory": "4GB"}, {"memory": 4}, {"cpu": "2 cores"}, {"cpu": True}, {"tag": 1}])
def test_on_image_refuses_a_wrong_amount_where_it_is_written(words: dict) -> None:
    with pytest.raises(RequestError):
        on_image("r-data", **words)


def test_on_image_refuses_no_image() -> None:
    with pytest.raises(RequestError, match=r'Write for example on_image\("r-data"\)'):
        on_image(None)


def test_parse_changes_nothing_of_what_it_reads() -> None:
    written = {"KubernetesExecutor": {"image": "r-data", "limit_cpu": 2}, "pod_override": POD}
    before = {**written, "KubernetesExecutor": {**written["KubernetesExecutor"]}}
    parse(written)
    assert written == before


@pytest.mark.parametrize(
    "name", ["mistakes", "names", "quantities", "legacy", "request", "catalogue", "placement", "teams"]
)
def test_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"airflow_k8s.tasks.{name}")).failed == 0


def test_the_package_shows_on_image_and_nothing_else() -> None:
    assert airflow_k8s.__all__ == ["on_image"]


def test_dag_files_pay_for_the_standard_library_only() -> None:
    source = Path(airflow_k8s.__file__).parents[1]
    code = f"import sys; sys.path.insert(0, {str(source)!r}); import airflow_k8s; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", code], text=True, capture_output=True, check=True)
    roots = {module.split(".")[0] for module in done.stdout.split()}
    assert roots - sys.stdlib_module_names == {"__main__", "airflow_k8s"}


ODD = [
    True,
    -1,
    1e308,
    -1e308,
    float("nan"),
    10**500,
    "",
    " ",
    "a:b",
    "@",
    ":",
    "/",
    "4Gi\n",
    "½",
    b"x",
    [],
    {},
    object(),
]
WORDS = [*WORDS_, "KubernetesExecutor", "", 1, None]
ARTICLE_WORDS = ["image", "request_cpu", "limit_cpu", "request_memory", "limit_memory", "image_pull_policy", 2]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_nothing_but_a_sentence_comes_of_odd_input(odd: object) -> None:
    for written in [odd, *({word: odd} for word in WORDS), *({ARTICLE: {word: odd}} for word in ARTICLE_WORDS)]:
        with contextlib.suppress(RequestError):
            parse(written)
