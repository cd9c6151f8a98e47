"""Packages of the operating system, where it is Debian or Ubuntu and we may install them."""

import os
import platform
from collections.abc import Mapping

from airflow_k8s import process

WAIT_FOR_DPKG = ("-o", "DPkg::Lock::Timeout=300")
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def is_debian_like(os_release: Mapping[str, str]) -> bool:
    """Whether a system, told by its os-release, is Debian or one of its children.

    Example:
        >>> is_debian_like({"ID": "ubuntu", "ID_LIKE": "debian"}), is_debian_like({"ID": "fedora"})
        (True, False)
    """
    return "debian" in [os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()]


def can_install() -> bool:
    """Whether this user may install Debian packages on this machine."""
    return is_root() and is_debian_like(this_system())


def is_root() -> bool:
    """Whether this process is run by root; never on a system that has no such thing."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def this_system() -> dict[str, str]:
    """The os-release of this machine; empty where there is none."""
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def install(*names: str) -> None:
    """Install Debian packages with what they need and nothing that they only recommend.

    Names that this release does not have are left out: `docker-cli` is a package of its own since Debian 13.
    An installation that was interrupted before is finished first.

    Raises:
        UserError: apt-get cannot reach its mirror or a package cannot be configured.
    """
    process.run(["dpkg", "--configure", "-a"], log="apt", env=QUIET)
    process.run(["apt-get", "update", "-q"], log="apt-update", env=QUIET)
    known = [name for name in names if _has_candidate(name)]
    process.run(["apt-get", "install", "-qy", "--no-install-recommends", *WAIT_FOR_DPKG, *known], log="apt", env=QUIET)


def _has_candidate(name: str) -> bool:
    policy = process.run(["apt-cache", "policy", name], env={"LC_ALL": "C"})
    return "Candidate:" in policy and "Candidate: (none)" not in policy
