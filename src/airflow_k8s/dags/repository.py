"""The site's git repository and a bare copy of it, by git's own command line."""

import os
import pwd
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from airflow_k8s.errors import UserError

SERVED, NEW = "refs/airflow-k8s/served", "refs/airflow-k8s/new"

SETTINGS = {
    "safe.directory": "*",  # the volume may have been another uid's
    "gc.pruneExpire": "never",  # a run may need a commit that its branch has lost
    "gc.autoDetach": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}
SSH = "ssh -F none -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o StrictHostKeyChecking=yes"

REFUSALS = [
    (r"couldn't find remote ref", "It has no such branch or tag.", "Correct dags.git.branch."),
    (
        r"host key",
        "Its host is not among the known_hosts of the Secret that dags.git.secret names.",
        "Put there what `ssh-keyscan` says of the host, once you have checked it.",
    ),
    (
        r"certificate",
        "Nobody whom we trust signed its host's certificate.",
        "Put that of your authority into the Secret that dags.git.secret names, as ca.crt.",
    ),
    (
        r"Authentication failed|could not read (Username|Password)|Permission denied|returned error: 40[13]",
        "It does not let us in.",
        "Put credentials that may read it into the Secret that dags.git.secret names.",
    ),
    (
        r"not found|returned error: 404|does not exist|not appear to be a git repository",
        "There is no repository at that address, or none that these credentials may read.",
        "Correct dags.git.url, or the Secret that dags.git.secret names.",
    ),
    (r"Could not resolve host", "Nobody knows the name of its host.", "Correct dags.git.url."),
    (
        r"Failed to connect|Could not connect|timed out|Connection (refused|closed|reset)|unreachable|error: 5",
        "It does not answer.",
        "See whether it is up, and whether pods of this namespace may reach it.",
    ),
]
"""What git says, what it means, and what to do."""


@dataclass(frozen=True)
class Repository:
    """A repository and its copy.

    Args:
        url: where the repository is.
        branch: its branch or tag.
        subfolder: the folder in it that has the DAGs; "" means all of it.
        copy: the folder of the copy.
        secret: the folder with credentials: username and password, or ssh-privatekey and known_hosts; ca.crt.
        home: a folder to write to.
    """

    url: str
    branch: str
    subfolder: str
    copy: Path
    secret: Path
    home: Path

    def open(self) -> None:
        """Make the copy, or make ready the one that was left, whatever its last user was doing when it was killed."""
        self._git("init", "--quiet", "--bare", str(self.copy))
        for lock in self.copy.rglob("*.lock"):
            lock.unlink()

    def fetch(self) -> str:
        """Have the copy serve the newest commit, and return that; where that fails it serves what it served."""
        self._git("fetch", "--quiet", "--no-tags", self.url, f"+{self.branch}:{NEW}")
        commit = self._git("rev-parse", "--verify", f"{NEW}^{{commit}}")
        if self._kind(f"{commit}:{self.subfolder}") != "tree":
            raise UserError(self._what(), f"It has no folder {self.subfolder}.", "Correct dags.git.subfolder.")
        self._git("update-ref", SERVED, commit)
        return commit

    def served(self) -> str | None:
        """The commit that the copy serves; None where nothing was fetched yet."""
        return self._git("rev-parse", "--verify", SERVED) if self._kind(SERVED) else None

    def has(self, commit: str) -> bool:
        """Whether a commit is here; what the volume lost may still be there."""
        if self._kind(commit) is None:
            self._call("fetch", "--quiet", "--no-tags", self.url, commit)
        return self._kind(f"{commit}:{self.subfolder}") == "tree"

    def pack(self, commit: str, file: Path) -> None:
        """Write the DAGs of a commit into a file, as tar.gz."""
        self._git("archive", "--format=tar.gz", f"--output={file}", f"{commit}:{self.subfolder}")

    def _kind(self, name: str) -> str | None:
        done = self._call("cat-file", "-t", name)
        return done.stdout.strip() if done.returncode == 0 else None

    def _git(self, *words: str) -> str:
        done = self._call(*words)
        if done.returncode:
            raise UserError(self._what(), *explain(done.stderr))
        return done.stdout.strip()

    def _call(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | variables(self.url, self.secret, self.home)
        command = ["git", f"--git-dir={self.copy}", *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    def _what(self) -> str:
        return f"No DAGs could be fetched from {self.branch} of {self.url}."


def explain(said: str) -> tuple[str, str]:
    """What a refusal of git's means, and what to do.

    Example:
        >>> explain("fatal: couldn't find remote ref mian")
        ("It has no such branch or tag. (git: couldn't find remote ref mian)", 'Correct dags.git.branch.')
    """
    lines = [line.removeprefix("fatal: ") for line in said.strip().splitlines() if not line.startswith("hint:")]
    for pattern, why, remedy in REFUSALS:
        if found := [line for line in lines if re.search(pattern, line, re.IGNORECASE)]:
            return f"{why} (git: {found[0]})", remedy
    return f"git says: {' '.join(lines)}", "Mend that; what was fetched before is served on."


def variables(url: str, secret: Path, home: Path) -> Mapping[str, str]:
    """The environment that git gets: no prompt, no file of settings, and the credentials for this host alone."""
    settings = SETTINGS | dict(_credentials(url, secret))
    numbered = {
        f"GIT_CONFIG_{kind}_{number}": text
        for number, pair in enumerate(settings.items())
        for kind, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    known = f"-o UserKnownHostsFile={secret}/known_hosts -o IdentitiesOnly=yes -i {secret}/ssh-privatekey"
    return {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_SSH_COMMAND": f"{_named(home)}{SSH} {known}",
        "GIT_CONFIG_COUNT": str(len(settings)),
        **numbered,
    }


def _credentials(url: str, secret: Path) -> Iterator[tuple[str, str]]:
    parts = urlsplit(url)
    if (secret / "ca.crt").exists():
        yield "http.sslCAInfo", f"{secret}/ca.crt"
    if (secret / "password").exists():
        name = f"cat {secret}/username 2>/dev/null || echo git"
        said = f'echo "username=$({name})"; echo "password=$(cat {secret}/password)"'
        yield f"credential.{parts.scheme}://{parts.netloc}.helper", f'!f() {{ [ "$1" != get ] || {{ {said}; }}; }}; f'


def _named(home: Path) -> str:
    """What gives this uid a name, where it has none: without one ssh goes no further."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        names = home / "passwd"
        names.write_text(f"airflow:x:{os.getuid()}:{os.getgid()}::{home}:/bin/sh\n")
        return f"env LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD={names} NSS_WRAPPER_GROUP=/etc/group "
    return ""
