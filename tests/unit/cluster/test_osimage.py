"""Debian's image, made from packages."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from airflow_k8s.cluster import osimage, packages
from airflow_k8s.errors import UserError


def test_it_is_as_slim_as_debians_own() -> None:
    command = osimage.mmdebstrap_command("trixie", Path("out.tar"))
    assert "--variant=minbase" in command
    assert "--dpkgopt=path-exclude=/usr/share/man/*" in command


def test_copyright_files_are_kept() -> None:
    command = osimage.mmdebstrap_command("trixie", Path("out.tar"))
    kept = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    assert command.index(kept) > command.index("--dpkgopt=path-exclude=/usr/share/doc/*")


def test_without_a_mirror_of_the_sites_own_mmdebstrap_knows_where_packages_are() -> None:
    assert osimage.mmdebstrap_command("trixie", Path("out.tar"))[-2:] == ["trixie", "out.tar"]


def test_a_mirror_may_hold_a_password_and_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: dict[str, Any] = {}
    monkeypatch.setenv(osimage.MIRROR, "https://me:password@mirror.example/debian")
    monkeypatch.setattr(osimage.shutil, "which", lambda _: "mmdebstrap")
    monkeypatch.setattr(osimage.process, "run", lambda command, **options: ran.update(options, command=command))
    osimage.write_tar("trixie", Path("out.tar"), "no such host")
    assert "password" not in " ".join(ran["command"])
    assert "https://me:password@mirror.example/debian-security trixie-security main" in ran["stdin"]


def test_an_image_keeps_a_mirrors_address_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "etc/apt/sources.list.d").mkdir(parents=True)
    for name in ("sources.list", "sources.list.d/0000debian.sources"):
        (tmp_path / "etc/apt" / name).write_text(osimage.sources("trixie", "https://me:password@mirror.example/debian"))
    hook = osimage.PUBLIC_ADDRESS.partition("=")[2]
    subprocess.run(["sh", "-euc", hook, "hook", tmp_path], check=True)
    for file in tmp_path.rglob("*sources*"):
        assert file.is_dir() or "https://mirror.example/debian trixie main" in file.read_text()


def test_where_it_can_neither_be_pulled_nor_made_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osimage.shutil, "which", lambda _: None)
    monkeypatch.setattr(packages, "can_install", lambda: False)
    with pytest.raises(UserError, match="no such host"):
        osimage._make("trixie", "debian:trixie-slim", "no such host")


@pytest.mark.parametrize(
    ("os_release", "debian"),
    [
        ({"ID": "debian"}, True),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, True),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, True),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, False),
        ({}, False),
    ],
)
def test_debian_and_its_children_are_known(os_release: dict[str, str], debian: bool) -> None:
    assert packages.is_debian_like(os_release) is debian
