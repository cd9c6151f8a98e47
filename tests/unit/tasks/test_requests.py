"""The spellings of executor_config, and the sentences for those that nobody understands."""

import contextlib
import doctest
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import airflow_k8s
from airflow_k8s.tasks import Request, RequestError, on_image, parse
from airflow_k8s.tasks.request import WORDS as WORDS_

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


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("r-data", 'executor_config is "r-data". It must be a dictionary.'),
        (["r-data"], 'Write for example executor_config={"image": "r-data"}.'),
        (POD, 'Write for example executor_config={"pod_override": pod}.'),
        (
            {"imgae": "r-data"},
            'does not know the word "imgae". It knows image, tag, size, cpu, memory, ',
        ),
        ({"imgae": "r-data"}, 'Write "image".'),
        ({"image": "r-data", "mem": "4Gi"}, 'Write "memory".'),
        ({"image": "r-data", "cores": 2}, 'Write "cpu".'),
        ({"request_cpu": 2}, 'Write "cpu".'),
        ({"Image": "r-data"}, 'Write "image".'),
        ({"colour": "blue"}, "Write one of these."),
        ({"pod_template_file": "mine.yaml"}, 'has one for each image. Write the image: {"image": "r-data"}.'),
        ({"image": 3}, "image 3 is not a name. image must be a string."),
        ({"image": ""}, 'image "" is not a name.'),
        ({"image": ":3.3.2"}, 'image ":3.3.2" has no name.'),
        ({"image": "r-data", "tag": 3.3}, "tag 3.3 is not a name."),
        ({"image": "r-data:1", "tag": "2"}, 'image "r-data:1" names the tag "1", and tag names "2".'),
        ({"image": "x/r-data:1@sha256:00"}, 'pins each tag to its digest. Write "r-data"'),
        ({"image": "x/r-data@sha256:00"}, 'Write "r-data"'),
        ({"cpu": "2 cores"}, 'cpu "2 cores" is not a number of cores.'),
        ({"memory": "4GB"}, 'memory "4GB" is not an amount of memory.'),
        ({"size": 4}, 'size 4 is not a name. size must be a string. Write for example "small".'),
        ({"disk": "20"}, 'disk "20" is not an amount of disk. Disk is a number and a unit, Mi or Gi'),
        ({"disk": "1Mi"}, 'disk "1Mi" is too little.'),
        ({"gpu": 0.5}, "gpu 0.5 is not a number of graphics cards."),
        ({"gpu": 0}, "gpu 0 is not a number of graphics cards."),
        ({"gpus": 1}, 'Write "gpu".'),
        ({"ephemeral_storage": "1Gi"}, 'Write "disk".'),
        ({"env": "MONTH=1"}, 'env is "MONTH=1". It must be a dictionary.'),
        ({"env": {"A-B": "1"}}, 'env "A-B" is not the name of a variable.'),
        ({"env": {"AIRFLOW_HOME": "/x"}}, 'env "AIRFLOW_HOME" is one of Airflow\'s own variables.'),
        ({"env": {"A": True}}, 'env "A" is True. The value of a variable is text.'),
        ({"env": {"A": ["x"]}}, "env \"A\" is ['x']."),
        ({"image": "base", ARTICLE: {"image": "base"}}, '"KubernetesExecutor" stands beside "image".'),
        ({ARTICLE: "r-data"}, 'Write in its place {"image": "r-data"}.'),
        ({ARTICLE: {"imge": "r-data"}}, '"KubernetesExecutor" does not know the word "imge" here.'),
        ({ARTICLE: {"cpu": 1}}, 'Write "request_cpu".'),
        ({ARTICLE: {"limit_memory": "4GB"}}, 'limit_memory "4GB" is not an amount of memory.'),
        ({ARTICLE: {"request_cpu": 2, "limit_cpu": 1}}, "request_cpu is larger than limit_cpu."),
        ({ARTICLE: {"request_memory": "2Gi", "limit_memory": "1Gi"}}, "request_memory is larger than limit_memory."),
        ({ARTICLE: {"image_pull_policy": "Never"}}, 'image_pull_policy "Never" cannot be had.'),
        ({ARTICLE: {"node_selectors": {}}}, 'as "pod_override": a V1Pod with V1PodSpec(node_selector=…).'),
        ({ARTICLE: {"volumes": []}}, "V1PodSpec(volumes=…)"),
    ],
    ids=str,
)
def test_what_is_not_understood_is_told_in_a_sentence(written: object, sentence: str) -> None:
    with pytest.raises(RequestError) as error:
        parse(written)
    assert sentence in str(error.value)


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


@pytest.mark.parametrize("name", ["mistakes", "names", "quantities", "legacy", "request", "catalogue", "placement"])
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
