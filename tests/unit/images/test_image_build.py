"""What a build is told, without an engine."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from airflow_k8s.errors import UserError
from airflow_k8s.images import build, buildx, publish
from airflow_k8s.images.buildx import PLAIN, Host, How
from airflow_k8s.images.catalogue import Image
from airflow_k8s.images.commands import images
from airflow_k8s.images.plan import Planned, arguments

ABOUT = {"purpose": "An example.", "owner": "data", "budget": {"size": 1}}
R_DATA = Planned(
    "r-data", "3.3.2-abc", "base:1", {"R_RELEASE": "4.5"}, {"title": "x"}, (), {"TOOLS": "tools:1"}, on_ours=True
)


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


def words(how: How = PLAIN, **host: Any) -> list[str]:
    return buildx.command(R_DATA, R_DATA.below("r"), how, Host(**host))


def test_a_build_names_its_parent_and_its_builders_in_full() -> None:
    assert {"PARENT=r/airflow-k8s/base:1", "TOOLS=r/airflow-k8s/tools:1", "R_RELEASE=4.5", "title=x"} <= set(words())


def test_an_image_without_a_parent_is_built_on_debian() -> None:
    root = replace(R_DATA, parent="debian:trixie-slim", on_ours=False)
    assert root.below("r")["PARENT"] == "debian:trixie-slim"
    assert root.below("r", "r/airflow-k8s/debian:trixie-slim")["PARENT"] == "r/airflow-k8s/debian:trixie-slim"


PLATFORMS = ("linux/amd64", "linux/arm64")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (How(), ["--load", "--provenance", "false"]),
        (How(locked=True), ["--build-arg", "LOCKED=1"]),
        (How(fresh=True), ["--no-cache"]),
        (How(platforms=PLATFORMS), ["--push", "--platform", "linux/amd64,linux/arm64", "--provenance", "mode=max"]),
        (How(platforms=PLATFORMS, sbom=True), ["--sbom", "true"]),
        (How(platforms=PLATFORMS, cache="type=registry,ref=c:{image}"), ["--cache-from", "type=registry,ref=c:r-data"]),
    ],
    ids=["plain", "locked", "fresh", "several platforms", "with an SBOM", "with a cache"],
)
def test_how_it_is_built_is_told_to_buildx(how: How, expected: list[str]) -> None:
    said = words(how)
    assert any(said[place : place + len(expected)] == expected for place in range(len(said)))


@pytest.mark.parametrize("how", [How(cache="type=local,dest=x"), How(sbom=True), How()])
def test_what_the_engine_cannot_do_is_not_asked_of_it(how: How) -> None:
    assert not {"--cache-to", "--cache-from", "--sbom", "--push", "LOCKED=1", "--no-cache"} & set(words(how))


def test_one_cache_for_all_images_is_refused() -> None:
    with pytest.raises(UserError, match=r"has one place for all images.*`type=registry,ref=[^`]*{image}`"):
        words(How(platforms=PLATFORMS, cache="type=registry,ref=registry.example.org/cache"))


def test_the_builder_is_the_users_choice_for_several_platforms_only() -> None:
    assert buildx.variables(PLAIN, Host())["BUILDX_BUILDER"] == "default"
    assert "BUILDX_BUILDER" not in buildx.variables(How(platforms=PLATFORMS), Host())


def test_what_is_secret_is_no_argument() -> None:
    host = {"ca": Path("/etc/ca.crt"), "settings": "PIP_INDEX_URL=https://me:password@index/simple"}
    said = words(**host)
    assert [said[i - 1] for i, word in enumerate(said) if "ca.crt" in word or "settings" in word] == ["--secret"] * 2
    assert "password" not in " ".join(said) + repr(Host(**host))
    assert "password" in buildx.variables(PLAIN, Host(**host))[buildx.SETTINGS_SECRET]
    assert "--secret" not in words()


@pytest.mark.parametrize("variable", buildx.BUNDLES)
def test_the_hosts_certificates_are_found_by_their_variables(tmp_path: Path, variable: str) -> None:
    assert buildx.host({}).ca is None
    assert buildx.host({variable: str(tmp_path / "gone.crt")}).ca is None
    (tmp_path / "ca.crt").touch()
    assert buildx.host({variable: str(tmp_path / "ca.crt")}).ca == tmp_path / "ca.crt"


def test_settings_survive_a_shell() -> None:
    import subprocess

    address = "https://me:it's $HOME`id`@index/simple"
    lines = buildx.settings({"PIP_INDEX_URL": address})
    assert subprocess.check_output(["sh", "-c", f'{lines}printf %s "$PIP_INDEX_URL"'], text=True) == address


def test_a_folder_of_wheels_that_does_not_exist_is_told() -> None:
    with pytest.raises(UserError, match=r"AIRFLOW_K8S_WHEELS names /nowhere\. There is no such folder\."):
        buildx.host({buildx.WHEELS: "/nowhere"})


HERE, REGISTRY, NOWHERE = build.Place


@pytest.mark.parametrize(
    ("names", "places", "expected"),
    [
        ((), {"tools": NOWHERE, "base": HERE, "r-data": HERE}, []),
        ((), {"tools": NOWHERE, "base": HERE, "r-data": REGISTRY}, []),
        ((), {"tools": NOWHERE, "base": HERE, "r-data": NOWHERE}, ["tools", "r-data"]),
        ((), {"tools": HERE, "base": NOWHERE, "r-data": NOWHERE}, ["base", "r-data"]),
        ((), {"tools": REGISTRY, "base": NOWHERE, "r-data": HERE}, ["base"]),
        (("tools",), {"tools": NOWHERE}, ["tools"]),
    ],
    ids=["all here", "one in the registry", "a child", "both", "a parent", "a builder by name"],
)
def test_what_is_nowhere_is_built_and_a_builder_only_for_it(
    names: tuple[str, ...], places: dict[str, build.Place], expected: list[str]
) -> None:
    planned = {
        "tools": replace(R_DATA, name="tools", on_ours=False, builders={}, builder=True),
        "base": replace(R_DATA, name="base", on_ours=False),
        "r-data": R_DATA,
    }
    assert build.to_build(planned, names, places) == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--platform", "linux/amd64"], "--platform needs --push"),
        (["--platform", "linux/s390x", "--push"], "linux/s390x is none of linux/amd64, linux/arm64"),
        (["--sbom"], "--sbom and --cache need --platform"),
        (["--cache", "type=local,dest=/cache/{image}"], "--sbom and --cache need --platform"),
        (["--jobs", "0"], "--jobs"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], said: str) -> None:
    done = CliRunner().invoke(images, ["build", *options])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


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
