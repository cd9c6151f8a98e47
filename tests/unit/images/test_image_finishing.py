"""What builds leave out of images (images/tools/finish), on files of a test's own."""

import gzip
import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

from airflow_k8s.paths import CATALOGUE, ROOT

DESCRIPTION = {
    "metadata": {"serviceId": "S3"},
    "documentation": "<p>Keeps things.</p>",
    "shapes": {
        "GetObjectRequest": {"members": {"Bucket": {"shape": "Name", "documentation": "<p>Which.</p>"}}},
        "Page": {"members": {"documentation": {"shape": "Text"}}},
    },
    "versions": [{"documentation": "<p>First.</p>", "number": 1}],
}


@pytest.fixture(scope="module")
def finish() -> Any:
    """The script, which has no suffix, as a module."""
    loader = SourceFileLoader("finish", str(CATALOGUE.parent / "tools" / "finish"))
    spec = spec_from_loader("finish", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    made = tmp_path / "lib" / "python3.13" / "site-packages"
    made.mkdir(parents=True)
    return made


@pytest.mark.parametrize("name", ["service-2.json.gz", "service-2.json"])
def test_a_description_loses_its_sentences_and_nothing_else(finish: Any, tmp_path: Path, name: str) -> None:
    file, text = tmp_path / name, json.dumps(DESCRIPTION).encode()
    file.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    finish.undocument(file)
    there = json.loads(gzip.decompress(file.read_bytes()) if name.endswith("gz") else file.read_bytes())
    assert there == {
        "metadata": {"serviceId": "S3"},
        "documentation": "",
        "shapes": {
            "GetObjectRequest": {"members": {"Bucket": {"shape": "Name", "documentation": ""}}},
            "Page": {"members": {"documentation": {"shape": "Text"}}},
        },
        "versions": [{"documentation": "", "number": 1}],
    }


def test_the_same_description_is_the_same_bytes_at_any_time(finish: Any, tmp_path: Path) -> None:
    file = tmp_path / "service-2.json.gz"
    file.write_bytes(gzip.compress(json.dumps(DESCRIPTION).encode(), mtime=1))
    finish.undocument(file)
    first = file.read_bytes()
    finish.undocument(file)
    assert file.read_bytes() == first
    assert first[4:8] == bytes(4), "a time of day is in it, which moves layers"


def test_a_glob_with_a_mark_takes_back(finish: Any, packages: Path) -> None:
    for name in ("root.dat", "en.dat", "fr.dat"):
        (packages / name).touch()
    assert finish.matching(packages.parents[2], ["*.dat", "!root.dat", "!en*"]) == {packages / "fr.dat"}


@pytest.mark.parametrize("file", sorted(ROOT.glob("images/*/trim.txt")), ids=lambda file: file.parent.name)
def test_every_word_in_a_trim_txt_is_one_that_is_known(finish: Any, file: Path) -> None:
    known = {"", finish.WITHOUT_DOCSTRINGS, finish.WITHOUT_DOCUMENTATION}
    assert finish.read(file).keys() <= known
