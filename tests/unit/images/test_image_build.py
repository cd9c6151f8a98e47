"""What a build is told, without an engine."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from airflow_k8s.errors import UserError
from airflow_k8s.images import build, engine, publish
from airflow_k8s.images.catalogue import Image
from airflow_k8s.images.commands import images
from airflow_k8s.images.plan import Planned, arguments

ABOUT = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}}
R_DATA = Planned("r-data", "3.3.2-abc", "base:1", {"R_RELEASE": "4.5"}, {"title": "x"}, (), {"TOOLS": "tools:1"})


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("airflow_k8s.cluster.tools.path", Path)


@pytest.mark.parametrize(
    ("image", "args"),
    [
        ({}, {"VERSION": "3.3.2"}),
        ({"parent": "base"}, {}),
        ({"releases": {"python": "3.13"}}, {"VERSION": "3.3.2", "PYTHON_RELEASE": "3.13"}),
        ({"parent": "base", "releases": {"some-tool": "1"}}, {"SOME_TOOL_RELEASE": "1"}),
        ({"parent": "base", "version": "4"}, {"VERSION": "3.3.2"}),
    ],
    ids=["a root", "a child", "a root with a release", "a child with a release", "a child with a version"],
)
def test_an_image_gets_the_arguments_that_its_entry_declares(image: dict[str, object], args: dict[str, str]) -> None:
    assert arguments(Image.model_validate({**ABOUT, **image}), "3.3.2") == args


def command(ca: Path | None = None) -> list[str]:
    return [str(word) for word in engine.command(R_DATA, "r", "r/base:1", Path("context"), ca)]


def test_a_build_names_its_parent_and_its_builders_in_full() -> None:
    assert {"PARENT=r/base:1", "TOOLS=r/airflow-k8s/tools:1", "R_RELEASE=4.5", "title=x"} <= set(command())


def test_the_hosts_certificates_are_a_secret_and_no_argument() -> None:
    words = command(Path("/etc/ca.crt"))
    assert [words[i - 1] for i, word in enumerate(words) if "ca.crt" in word] == ["--secret"]
    assert "--secret" not in command()


@pytest.mark.parametrize("variable", engine.BUNDLES)
def test_the_hosts_certificates_are_found_by_their_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    for name in engine.BUNDLES:
        monkeypatch.delenv(name, raising=False)
    assert engine.ca_bundle() is None
    monkeypatch.setenv(variable, str(tmp_path / "gone.crt"))
    assert engine.ca_bundle() is None
    (tmp_path / "ca.crt").touch()
    monkeypatch.setenv(variable, str(tmp_path / "ca.crt"))
    assert engine.ca_bundle() == tmp_path / "ca.crt"


def test_an_unknown_image_is_refused_before_anything_is_built() -> None:
    with pytest.raises(UserError, match=r"There is no image `rdata`.*Did you mean `r-data`"):
        build.build_all("localhost:5001", ("rdata",))


@pytest.mark.parametrize(
    ("answer", "digest"),
    [("MANIFEST_UNKNOWN: no such tag", None), ("NAME_UNKNOWN: no such repository", None), ("404 Not Found", None)],
)
def test_a_registry_that_lacks_an_image_is_no_error(
    monkeypatch: pytest.MonkeyPatch, answer: str, digest: str | None
) -> None:
    def refuse(*_: object) -> str:
        raise UserError("crane failed.", answer, "")

    monkeypatch.setattr("airflow_k8s.process.run", refuse)
    assert publish.digest("localhost:5001/x:1") == digest


def test_a_registry_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise UserError("crane failed.", "connection refused", "")

    monkeypatch.setattr("airflow_k8s.process.run", refuse)
    with pytest.raises(UserError, match=r"does not answer as one does. connection refused Start it"):
        publish.digest("localhost:5001/x:1")


def test_the_list_is_json_for_programs() -> None:
    import json

    listed = json.loads(CliRunner().invoke(images, ["list", "--json"]).stdout)
    assert listed["r-data"]["parent"] == "base"
    assert listed["r-data"]["tag"].startswith("3.")


@pytest.mark.parametrize("verb", images.commands)
def test_every_command_explains_itself(verb: str) -> None:
    said = CliRunner().invoke(images, [verb, "--help"])
    assert said.exit_code == 0
    assert len(said.stdout) > 100
