"""Amounts of cpu and memory: what is understood, and what the error says to write instead."""

import math

import pytest

from airflow_k8s.tasks.mistakes import RequestError
from airflow_k8s.tasks.quantities import cores, cores_text, memory, memory_text

GI = 2**30


@pytest.mark.parametrize(
    ("written", "thousandths"),
    [
        (2, 2000), (0.5, 500), ("500m", 500), ("2", 2000), ("0.5", 500), (".5", 500), (1.0, 1000), ("1500m", 1500),
        (0.1 + 0.2, 300), (1 / 3, 333), (0.01, 10), (256, 256_000),
    ],
)  # fmt: skip
def test_cpu_is_counted_in_cores(written: object, thousandths: int) -> None:
    assert cores(written) == thousandths


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("4Gi", 4 * GI), ("512Mi", GI // 2), ("1.5Gi", 3 * GI // 2), ("1Ti", 1024 * GI), ("1048576Ki", GI),
        ("4G", 4 * 10**9), ("500M", 5 * 10**8), ("256Mi", GI // 4), ("4Ti", 4096 * GI),
    ],
)  # fmt: skip
def test_memory_is_a_number_with_a_unit_of_kubernetes(written: str, amount: int) -> None:
    assert memory(written) == amount


WRONG_CPU = {
    "Write 2.": ["2 cores", "2cpu"],
    "Write 0.5.": ["0,5"],
    'Write "500m".': ["500 m", "500M"],
    "Write for example 2.": ["two", "", True, [1], "٢", math.nan, math.inf, "nan"],
    'Write at least "10m".': [0, -1, -1e308, "-500m", "1m", 0.0001],
    'Write at most 256; half a core is 0.5 or "500m".': [500, 10**9, 1e308, 10**400],
}
WRONG_MEMORY = {
    'Write "4Gi".': ["4GB", "4 GB", "4gb", "4 Gi", "4gi", "4g", "4 gigabytes", 4, "4", 4294967296],
    'Write "512Mi".': ["512m", "512MB"],
    'Write "1.5Gi".': ["1,5 GB", "1.5GB"],
    'Write "0.5Gi".': [0.5],
    'Write "4096Mi".': [4096],
    'is not an amount of memory. Memory is a number and a unit, Mi or Gi, without a space. Write "4Gi".': [
        *("lots", "", True, None, math.nan, "1 KB", [4], "4Gi4"),
    ],
    'Write at least "256Mi".': ["1Ki", "0Gi", "-4Gi", "100Mi"],
    'Write at most "4Ti".': ["100Ti", "1E", "9" * 400 + "Gi"],
}


def rows(table: dict[str, list]) -> list:
    return [pytest.param(value, instead, id=repr(value)[:20]) for instead, values in table.items() for value in values]


@pytest.mark.parametrize(("written", "instead"), rows(WRONG_CPU))
def test_a_wrong_cpu_is_refused_with_the_right_one(written: object, instead: str) -> None:
    with pytest.raises(RequestError) as error:
        cores(written)
    assert instead in str(error.value)


@pytest.mark.parametrize(("written", "instead"), rows(WRONG_MEMORY))
def test_a_wrong_memory_is_refused_with_the_right_one(written: object, instead: str) -> None:
    with pytest.raises(RequestError) as error:
        memory(written)
    assert instead in str(error.value)


def test_the_error_names_the_word_it_was_written_for() -> None:
    with pytest.raises(RequestError, match='limit_memory "4GB"'):
        memory("4GB", "limit_memory")


@pytest.mark.parametrize("text", ["2", "1500m", "10m"])
def test_cpu_is_written_as_it_is_read(text: str) -> None:
    assert cores_text(cores(text)) == text


@pytest.mark.parametrize("text", ["4Gi", "512Mi", "1536Mi", "4G", "1Ti"])
def test_memory_is_written_as_it_is_read(text: str) -> None:
    assert memory_text(memory(text)) == text
