"""Debian's image, made from packages."""

from pathlib import Path

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


def test_a_mirror_may_hold_a_password_and_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(osimage.MIRROR, "https://me:password@mirror.example/debian")
    assert "password" not in " ".join(osimage.mmdebstrap_command("trixie", Path("out.tar")))


def test_an_image_names_debians_own_mirrors() -> None:
    (hook,) = (word for word in osimage.mmdebstrap_command("trixie", Path("out.tar")) if "sources.list" in word)
    assert "http://security.debian.org/debian-security trixie-security main" in hook


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
