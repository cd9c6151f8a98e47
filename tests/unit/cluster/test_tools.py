"""Where a tool comes from: PATH, .tools/bin, or a build that leaves nothing half made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty .tools and an empty PATH."""
    monkeypatch.setattr(tools, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(tools, "BIN", tmp_path / ".tools" / "bin")
    monkeypatch.setattr(tools, "PLUGIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", f"{tmp_path}/path:/usr/bin:/bin")
    monkeypatch.setattr(tools, "_candidates", lambda name: [tmp_path / "path" / name])
    tools._found.cache_clear()
    yield tmp_path
    tools._found.cache_clear()


def put_on_path(folder: Path, name: str, says: str) -> Path:
    program = folder / "path" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


def test_a_tool_on_path_that_is_new_enough_is_used(checkout: Path) -> None:
    program = put_on_path(checkout, "helm", tools.version("helm"))
    assert tools.path("helm") == program


def test_an_old_one_on_path_is_passed_over(checkout: Path) -> None:
    put_on_path(checkout, "kubectl", "Client Version: v1.32.4-dispatcher")
    assert tools.present("kubectl") is None


def test_a_broken_one_on_path_is_passed_over(checkout: Path) -> None:
    put_on_path(checkout, "kind", "x").write_text("#!/bin/sh\nexit 3\n")
    assert tools.present("kind") is None


def test_what_runs_in_the_node_never_comes_from_path(checkout: Path) -> None:
    put_on_path(checkout, "kubelet", f"Kubernetes {tools.version('kubelet')}")
    assert tools.present("kubelet") is None


def test_what_was_built_before_is_not_built_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "built").write_text("program")
    tools._keep(checkout / "built", "crane")
    monkeypatch.setattr(tools, "_provide", lambda names: pytest.fail(f"builds {names}"))
    assert tools.path("crane") == checkout / ".tools" / "bin" / "crane"


def test_another_version_in_go_mod_means_another_build(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "built").write_text("program")
    tools._keep(checkout / "built", "crane")
    monkeypatch.setattr(tools, "version", lambda _: "v99.0.0")
    assert tools.present("crane") is None


def test_a_program_without_its_note_is_half_made(checkout: Path) -> None:
    (checkout / ".tools" / "bin").mkdir(parents=True)
    (checkout / ".tools" / "bin" / "crane").write_text("half")
    assert tools.present("crane") is None


def test_all_missing_tools_are_built_by_one_command(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(checkout, "helm", tools.version("helm"))
    provided: list[list[str]] = []
    monkeypatch.setattr(tools, "_provide", provided.append)
    tools.ensure("helm", "kind", "crane")
    assert provided == [["kind", "crane"]]


def test_a_build_that_fails_leaves_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = put_on_path(checkout, "go", "x")
    go.write_text('#!/bin/sh\nprintf half > "$6/crane"\necho no route to host >&2\nexit 1\n')
    monkeypatch.setattr(tools.golang, "ensure", lambda: go)
    with pytest.raises(UserError, match="no route to host"):
        tools._build(["crane"])
    assert list((checkout / ".tools").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "file"), [("helm", "helm"), ("kind", "kind"), ("etcd", "server"), ("coredns", "coredns")]
)
def test_go_names_a_program_after_its_package(name: str, file: str) -> None:
    assert tools.TOOLS_BY_NAME[name].built_as == file


def test_kubernetes_tells_its_version() -> None:
    flags = tools.linker_flags({"k8s.io/kubernetes": "v1.37.2"})
    assert "version.gitVersion=v1.37.2" in flags
    assert "version.gitMinor=37" in flags
