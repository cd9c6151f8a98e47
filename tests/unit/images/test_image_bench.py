"""What images cost, beside what they may."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from airflow_k8s import bench as records
from airflow_k8s.bench import Spread
from airflow_k8s.images import bench
from airflow_k8s.images.bench import Cost, table
from airflow_k8s.images.catalogue import Budget
from airflow_k8s.images.layers import compressed_layers

START = Spread(median=1.3, least=1.2, most=1.9, runs=7)


def cost(budget: dict[str, float]) -> Cost:
    return Cost("base", "3.3.2-0", 480.0, 140.0, "engine", START, Budget.model_validate(budget))


@pytest.mark.parametrize(
    ("budget", "broken"),
    [
        ({"size": 480, "compressed": 140, "start": 1.3}, []),
        ({"size": 480}, []),
        ({"size": 479}, ["base: size is 480 MB, its budget 479 MB."]),
        ({"size": 480, "compressed": 100}, ["base: layers is 140 MB, its budget 100 MB."]),
        ({"size": 480, "start": 1.25}, ["base: start is 1.30 s, its budget 1.25 s."]),
        ({"size": 1, "compressed": 1, "start": 0.5}, [" size ", " layers ", " start "]),
    ],
    ids=["just within", "what has no budget", "too big", "too much to pull", "too slow", "all of it"],
)
def test_what_is_more_than_its_budget_is_told(budget: dict[str, float], broken: list[str]) -> None:
    said = cost(budget).broken()
    assert len(said) == len(broken)
    assert [words for words, sentence in zip(broken, said, strict=True) if words not in sentence] == []


def test_the_table_shows_the_room_that_is_left() -> None:
    size, layers, start = table([cost({"size": 600, "compressed": 100})]).rows
    assert size == ("base", "size", "480 MB", "600 MB", "20%", "uncompressed")
    assert layers[:5] == ("", "layers", "140 MB", "100 MB", "-40%")
    assert start == ("", "start", "1.30 s", "", "", "1.20 to 1.90 in 7 starts")


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, budget: dict[str, float], *options: str) -> Result:
    """The command, on an image that costs what the example above does."""
    monkeypatch.setattr(bench, "measure_all", lambda *_: [cost(budget)])
    monkeypatch.setattr("airflow_k8s.images.engine.client", Engine)
    monkeypatch.setattr(records.record, "__defaults__", (folder,))
    from airflow_k8s.images.commands import images

    return CliRunner().invoke(images, ["bench", *options])


class Engine:
    def version(self) -> dict[str, str]:
        return {"Version": "20.10"}


@pytest.mark.parametrize(("size", "code"), [(480, 0), (479, 1)], ids=["within", "broken"])
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["table", "json"])
def test_a_broken_budget_ends_with_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: int, code: int, options: list[str]
) -> None:
    assert run(monkeypatch, tmp_path, {"size": size}, *options).exit_code == code


def test_json_for_programs_is_json_also_when_a_budget_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (printed,) = json.loads(run(monkeypatch, tmp_path, {"size": 1}, "--json").stdout)
    assert printed["broken"] == ["base: size is 480 MB, its budget 1 MB."]
    assert printed["start"] == {"median": 1.3, "least": 1.2, "most": 1.9, "runs": 7}


def test_a_record_says_what_was_measured_where_and_when(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run(monkeypatch, tmp_path, {"size": 600})
    (path,) = tmp_path.glob("images-*.json")
    record = json.loads(path.read_text())
    assert record["figures"][0]["tag"] == "3.3.2-0"
    assert record["machine"]["cores"] > 0
    assert record["versions"]["docker"] == "20.10"
    assert path.name == f"images-{record['date'][:19].replace('-', '').replace(':', '')}Z.json"


LAYERS = {"a": b"a" * 100_000, "b": bytes(range(256)) * 999}


def saved(entries: dict[str, bytes | str], layers: list[str]) -> Iterator[bytes]:
    """What docker save writes, in pieces of a prime number: files, links (text), and the manifest behind them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in {**entries, "manifest.json": json.dumps([{"Layers": layers}]).encode()}.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    buffer.seek(0)
    return iter(lambda: buffer.read(997), b"")


@pytest.mark.parametrize(
    ("entries", "layers", "expected"),
    [
        (
            {"2/layer.tar": LAYERS["a"], "1/layer.tar": LAYERS["b"], "1/json": b"{}"},
            ["1/layer.tar", "2/layer.tar"],
            "ba",
        ),
        ({"1/layer.tar": "../2/layer.tar", "2/layer.tar": LAYERS["a"]}, ["2/layer.tar", "1/layer.tar"], "aa"),
        ({"blobs/sha256/0": LAYERS["a"], "blobs/sha256/1": b"{}"}, ["blobs/sha256/0"], "a"),
    ],
    ids=["lowest first", "the same layer twice", "as newer engines write"],
)
def test_layers_weigh_what_gzip_makes_of_them(
    entries: dict[str, bytes | str], layers: list[str], expected: str
) -> None:
    sizes = compressed_layers(saved(entries, layers))
    assert sizes == [pytest.approx(len(gzip.compress(LAYERS[name], 6)), abs=20) for name in expected]
