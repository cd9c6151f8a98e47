"""What holds for every image of the catalogue."""

import pytest
from tests.images.conftest import Running

COMPILERS = ("as", "cc", "c++", "g++", "gcc", "gfortran", "ld", "make")
PLACES = ("/root", "/run", "/var/cache/apt/archives", "/var/lib/apt/lists", "/var/log")
BUILD_TOOLS = ("hatchling", "pip", "pip3", "uv")
DEBIANS = {"chage", "chfn", "chsh", "expiry", "gpasswd", "mount", "newgrp", "passwd", "su", "umount", "unix_chkpwd"}
"""Programs that Debian itself lets run with their owner's rights; a pod gives them none."""

LIBRARIES = r"""
find / -xdev -type f -size +1 \( -name '*.so' -o -name '*.so.*' -o -perm -100 \) 2>/dev/null > /tmp/files
xargs -P 2 -n 64 ldd < /tmp/files 2>/dev/null > /tmp/linked
grep -c '=> /' /tmp/linked
grep 'not found' /tmp/linked || true
"""


def test_it_weighs_no_more_than_its_budget(running: Running) -> None:
    assert running.image.attrs["Size"] <= running.entry.budget.size * 1_000_000


def test_it_is_not_run_by_root(running: Running) -> None:
    uid, gid = running.image.attrs["Config"]["User"].split(":")
    assert int(uid) > 0
    assert int(gid) in (0, int(uid))


@pytest.mark.parametrize("tool", [*COMPILERS, *BUILD_TOOLS])
def test_it_holds_nothing_to_build_with(running: Running, tool: str) -> None:
    assert running.try_to("sh", "-c", f"command -v {tool}").code != 0


@pytest.mark.parametrize("place", PLACES)
def test_the_build_left_nothing_behind(running: Running, place: str) -> None:
    assert running.run("sh", "-c", f"find {place} -type f -size +0 2>/dev/null || true") == ""


def test_the_hosts_own_certificates_stay_on_the_host(running: Running) -> None:
    assert running.run("find", "/usr/local", "/run", "-name", "*.crt", "-size", "+0") == ""


def test_only_debians_own_programs_run_with_their_owners_rights(running: Running) -> None:
    found = running.run("sh", "-c", "find / -xdev -type f -perm /6000 2>/dev/null || true").split()
    assert {path.rsplit("/", 1)[-1] for path in found} <= DEBIANS


def test_every_shared_library_finds_what_it_is_linked_to(running: Running) -> None:
    count, *missing = running.run("sh", "-c", LIBRARIES).splitlines()
    assert int(count) > 100
    assert missing == []


def test_labels_say_what_it_is(running: Running) -> None:
    labels = running.image.labels
    assert labels["org.opencontainers.image.title"] == f"airflow-k8s/{running.name}"
    assert labels["org.opencontainers.image.description"] == running.entry.purpose
    tag = running.image.tags[0].rsplit(":", 1)[1]
    assert tag.startswith(labels["org.opencontainers.image.version"] + "-")


def test_text_is_utf_8(running: Running) -> None:
    assert running.run("locale", "charmap").strip() == "UTF-8"


@pytest.mark.parametrize(("zone", "shown"), [("", "UTC"), ("Asia/Kolkata", "IST")])
def test_time_is_utc_unless_another_zone_is_asked_for(running: Running, zone: str, shown: str) -> None:
    environment = {"TZ": zone} if zone else {}
    assert running.run("date", "+%Z", **environment).strip() == shown
