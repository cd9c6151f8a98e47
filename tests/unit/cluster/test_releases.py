"""Programs fetched from where they are published: a real server on this machine, real tar files."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from airflow_k8s.cluster import releases, tools
from airflow_k8s.errors import UserError

PROGRAM = b"#!/bin/sh\necho v4.3.1\n"
Publish = Callable[[str, bytes], str]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def publish(tmp_path: Path) -> Iterator[Publish]:
    """Publish a file with its checksum beside it; returns its address."""
    site = tmp_path / "site"
    site.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(name: str, content: bytes) -> str:
        (site / name).write_bytes(content)
        (site / f"{name}.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        return f"http://127.0.0.1:{server.server_port}/{name}"

    yield put
    server.shutdown()


def tar_of(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def test_a_program_is_fetched_as_it_is(publish: Publish) -> None:
    url = publish("kubectl", PROGRAM)
    assert releases.fetch("kubectl", url, f"{url}.sha256") == PROGRAM


def test_a_program_is_taken_out_of_its_tar(publish: Publish) -> None:
    url = publish("helm.tar.gz", tar_of("linux-amd64/helm", PROGRAM))
    assert releases.fetch("helm", url, f"{url}.sha256") == PROGRAM


def test_a_tar_without_the_program_is_named(publish: Publish) -> None:
    url = publish("helm.tar.gz", tar_of("linux-amd64/README", b""))
    with pytest.raises(UserError, match="does not hold it"):
        releases.fetch("helm", url, f"{url}.sha256")


def test_a_program_with_another_checksum_is_refused(publish: Publish, tmp_path: Path) -> None:
    url = publish("kubectl", PROGRAM)
    (tmp_path / "site" / "kubectl").write_bytes(PROGRAM + b"# changed on the way\n")
    with pytest.raises(UserError, match="SHA-256 is not the one"):
        releases.fetch("kubectl", url, f"{url}.sha256")


def test_a_program_without_a_checksum_is_refused(publish: Publish) -> None:
    url, other = publish("kubectl", PROGRAM), publish("kind", b"kind")
    with pytest.raises(UserError, match="SHA-256 is not the one"):
        releases.fetch("kubectl", url, f"{other}.sha256")


def test_a_site_that_does_not_have_it_is_named(publish: Publish) -> None:
    url = publish("kubectl", PROGRAM)
    with pytest.raises(UserError, match="HTTPError at 127"):
        releases.fetch("kubectl", f"{url}-nowhere", f"{url}.sha256")


def test_a_tool_that_cannot_be_built_is_fetched_whole(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = publish("helm.tar.gz", tar_of("linux-amd64/helm", PROGRAM))
    monkeypatch.setattr(tools, "BIN", tmp_path / "bin")
    monkeypatch.setattr(tools, "TOOLS", tmp_path)
    monkeypatch.setattr(releases, "places", lambda *_: (url, f"{url}.sha256"))
    tools._fetch("helm", UserError("Not built.", "There is no Go.", "Install it."))
    assert (tmp_path / "bin" / "helm").stat().st_mode & 0o111
    assert (tmp_path / "bin" / ".helm.version").read_text() == tools.version("helm")


def test_a_tool_that_can_neither_be_built_nor_fetched_says_both(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = "http://127.0.0.1:9/helm"  # the discard port: nobody listens
    monkeypatch.setattr(releases, "places", lambda *_: (nowhere, nowhere))
    with pytest.raises(UserError, match=r"There is no Go.*cannot be fetched") as told:
        tools._fetch("helm", UserError("Not built.", "There is no Go.", "Install it."))
    assert f"Install helm {tools.version('helm')}" in told.value.remedy


@pytest.mark.parametrize("name", [*tools.PEOPLE_USE, *tools.SUPPLY_CHAIN])
@pytest.mark.parametrize(("system", "arch"), [("linux", "amd64"), ("linux", "arm64"), ("darwin", "arm64")])
def test_every_tool_that_people_use_is_published_for_their_machine(name: str, system: str, arch: str) -> None:
    release = tools.TOOLS_BY_NAME[name].release
    assert release
    for url in releases.places(release, tools.version(name), system, arch):
        assert url.startswith("https://")
        assert "{" not in url
