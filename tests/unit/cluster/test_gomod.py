"""The versions in the go.mod files below cluster/, and what may stand in for them."""

import re
from pathlib import Path

import pytest

from airflow_k8s.cluster import gomod, tools

TEXT = """\
module airflow-k8s/cluster

go 1.26.8

tool (
	helm.sh/helm/v4/cmd/helm
	sigs.k8s.io/kind
)

require helm.sh/helm/v4 v4.3.1 // indirect

require (
	github.com/coredns/coredns v1.15.0
	sigs.k8s.io/kind v0.33.0 // indirect
)

replace (
	k8s.io/api => k8s.io/api v0.37.2
)
"""


def test_versions_stand_in_require_lines_and_blocks() -> None:
    assert gomod.parse(TEXT).versions == {
        "helm.sh/helm/v4": "v4.3.1",
        "github.com/coredns/coredns": "v1.15.0",
        "sigs.k8s.io/kind": "v0.33.0",
    }


def test_tools_are_the_packages_of_the_tool_block() -> None:
    assert gomod.parse(TEXT).tools == ("helm.sh/helm/v4/cmd/helm", "sigs.k8s.io/kind")


def test_go_itself_has_a_version() -> None:
    assert gomod.parse(TEXT).go == "1.26.8"


@pytest.mark.parametrize(
    ("told", "wanted", "enough"),
    [
        ("Client Version: v1.37.2\nKustomize Version: v5.8.1", "v1.37.2", True),
        ("Client Version: v1.37.0", "v1.37.2", True),
        ("Client Version: v1.38.0", "v1.37.2", True),
        ("Client Version: v1.32.4-dispatcher", "v1.37.2", False),
        ("kind v0.33.0 go1.26.8 linux/amd64", "v0.33.0", True),
        ("kind v0.9.0 go1.26.8 linux/amd64", "v0.33.0", False),
        ("v4.3.1+gdeadbee", "v4.3.1", True),
        ("v3.19.0", "v4.3.1", False),
        ("v5.0.0", "v4.3.1", False),
        ("github.com/docker/buildx v0.38.2 1a2b", "v0.38.2", True),
        ("github.com/docker/buildx 0.40.0-desktop.1 1a2b", "v0.38.2", True),
        ("(devel)", "v0.22.1", False),
        ("", "v0.22.1", False),
    ],
)
def test_a_program_may_be_newer_within_its_major_version(told: str, wanted: str, enough: bool) -> None:
    assert gomod.is_new_enough(told, wanted) is enough


@pytest.mark.parametrize("name", tools.TOOLS_BY_NAME)
def test_every_tool_has_a_version_in_our_go_mod(name: str) -> None:
    assert gomod.version(tools.version(name))


@pytest.mark.parametrize(
    "module",
    [
        tools.CLUSTER,
        tools.SUPPLY,
        tools.SCANNER,
        tools.CHARTS,
        tools.NETWORK,
        tools.METRICS,
        tools.SIGN_IN,
        tools.HELM_3,
    ],
    ids=lambda module: module.name,
)
def test_every_tool_directive_is_a_tool_that_we_know(module: Path) -> None:
    known = {tool.package for tool in tools.TOOLS_BY_NAME.values() if tool.module == module}
    assert set(gomod.read(module / "go.mod").tools) == {name for name in known if not name.startswith("./")}


def test_every_library_of_kubernetes_is_replaced_by_the_one_of_its_release() -> None:
    replaced = re.findall(r"^\tk8s\.io/\S+ => k8s\.io/\S+ (\S+)$", gomod.GO_MOD.read_text(), re.MULTILINE)
    assert set(replaced) == {tools.version("kubelet").replace("v1.", "v0.")}
