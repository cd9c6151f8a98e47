"""The cluster's configuration, its ports and its disks."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from airflow_k8s.cluster import dags, disk, kind, node, ports, registry
from airflow_k8s.cluster.disk import GIGABYTE, Place
from airflow_k8s.errors import UserError


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_published_port_is_filled_in() -> None:
    config = kind.config(kind.CONFIG.read_text(), port=9090)
    assert config["nodes"][0]["extraPortMappings"] == [
        {"containerPort": 30080, "hostPort": 9090, "listenAddress": "127.0.0.1"}
    ]


def test_the_folders_that_the_node_sees_are_there() -> None:
    (mount,) = kind.config(kind.CONFIG.read_text(), port=8080)["nodes"][0]["extraMounts"]
    assert Path(mount["hostPath"]).is_absolute()
    assert list(Path(mount["hostPath"]).glob("*+strategic.yaml"))


def test_nothing_else_of_kind_yaml_is_changed() -> None:
    text = kind.CONFIG.read_text()
    config, written = kind.config(text, port=8080), yaml.safe_load(text)
    del config["nodes"][0]["extraMounts"], written["nodes"][0]["extraMounts"]
    assert config == written


def test_kind_yaml_bears_the_name_that_the_code_uses() -> None:
    assert yaml.safe_load(kind.CONFIG.read_text())["name"] == kind.NAME


def test_the_node_image_is_pinned_by_digest() -> None:
    assert "@sha256:" in yaml.safe_load(kind.CONFIG.read_text())["nodes"][0]["image"]


def test_the_namespace_enforces_restricted() -> None:
    namespace = yaml.safe_load(kind.MANIFESTS[0].read_text())
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_dag_volume_lies_where_dags_are_put() -> None:
    volume, claim = yaml.safe_load_all(kind.MANIFESTS[1].read_text())
    assert volume["spec"]["hostPath"]["path"] == dags.ON_NODE
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]


def test_the_provisioner_is_named_alike_in_its_manifest_and_its_source() -> None:
    documents = list(yaml.safe_load_all((node.HERE / "default-storage.yaml").read_text()))
    storage_class, deployment = documents[0], documents[-1]
    assert f'"{storage_class["provisioner"]}"' in (node.HERE / "provisioner" / "main.go").read_text()
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == node.PROVISIONER


def test_a_changed_file_gives_another_node_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = node.tag()
    for name in node.CONTEXT_FILES:
        (tmp_path / name).write_bytes((node.HERE / name).read_bytes() + b"\n")
    monkeypatch.setattr(node, "HERE", tmp_path)
    assert node.tag() != before


def test_a_taken_port_is_told_with_the_way_to_another(taken_port: int) -> None:
    with pytest.raises(UserError, match=rf"Port {taken_port} .*taken.*AIRFLOW_K8S_PORT=9"):
        ports.require(taken_port, "AIRFLOW_K8S_PORT", "9")


def test_a_port_that_is_free_again_can_be_taken(taken_port: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert ports.is_free(free)
    assert not ports.is_free(taken_port)


@pytest.mark.parametrize(
    ("reference", "port"),
    [
        ("localhost:5001", 5001),
        ("localhost:5001/team", 5001),
        ("127.0.0.1:6000", 6000),
        ("localhost", None),
        ("registry.example.org", None),
        ("registry.example.org:5000", None),
    ],
)
def test_only_a_registry_of_this_machine_is_ours_to_run(reference: str, port: int | None) -> None:
    assert registry.local_port(reference) == port


ROOMY, TIGHT = 100 * GIGABYTE, 9 * GIGABYTE


@pytest.mark.parametrize(
    ("first", "second", "sentences"),
    [
        ((2, ROOMY, 1), (20, ROOMY, 1), 0),
        ((2, TIGHT, 1), (20, ROOMY, 2), 0),
        ((2, ROOMY, 1), (20, TIGHT, 2), 1),
        ((12, TIGHT, 1), (20, TIGHT, 2), 2),
        ((5, TIGHT, 1), (5, TIGHT, 1), 1),
    ],
    ids=["room", "room on each", "one is full", "both are full", "together too much"],
)
def test_what_lies_on_one_disk_adds_up(
    first: tuple[int, int, int], second: tuple[int, int, int], sentences: int
) -> None:
    found = [
        Place(what, Path(f"/{what}"), needs * GIGABYTE, free, device)
        for what, (needs, free, device) in {"tools": first, "images": second}.items()
    ]
    assert len(disk.shortfalls(found)) == sentences


def test_a_disk_that_is_too_small_is_told_with_what_is_needed_and_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "places", lambda: [Place("images", Path("/var"), 20 * GIGABYTE, 5 * GIGABYTE, 1)])
    with pytest.raises(UserError, match=r"too small.*20 GB.*5\.0 GB are free"):
        disk.require()
