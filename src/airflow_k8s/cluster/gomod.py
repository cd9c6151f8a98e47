"""Read cluster/go.mod, the one place that says which version of Kubernetes and of every tool is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from airflow_k8s.paths import CLUSTER

GO_MOD = CLUSTER / "go.mod"

_BLOCK = re.compile(r"^(require|tool) \((.*?)^\)", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^(require|tool) ([^(\n]+)$", re.MULTILINE)
_VERSION = re.compile(r"\bv?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class GoMod:
    """What a go.mod says, as far as we ask."""

    versions: Mapping[str, str]
    """Module path to version, "helm.sh/helm/v4" to "v4.3.1"."""
    go: str
    """The oldest Go that it can be built with."""
    tools: tuple[str, ...]
    """The packages of its tool directives."""

    def version_of(self, package: str) -> str:
        """The version of the module that a package belongs to.

        Raises:
            KeyError: no required module has this package.

        Example:
            >>> GoMod({"helm.sh/helm/v4": "v4.3.1"}, "1.26.8", ()).version_of("helm.sh/helm/v4/cmd/helm")
            'v4.3.1'
        """
        parts = package.split("/")
        prefixes = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
        for prefix in prefixes:
            if prefix in self.versions:
                return self.versions[prefix]
        raise KeyError(package)


def parse(text: str) -> GoMod:
    """Read the text of a go.mod.

    Example:
        >>> parse("require k8s.io/kubernetes v1.37.2 // indirect\\ntool k8s.io/kubernetes/cmd/kubectl").tools
        ('k8s.io/kubernetes/cmd/kubectl',)
    """
    entries = [(word, line) for word, lines in _BLOCK.findall(text) for line in lines.splitlines()]
    entries += _LINE.findall(text)
    fields = [(word, line.split("//")[0].split()) for word, line in entries]
    versions = {entry[0]: entry[1] for word, entry in fields if word == "require" and len(entry) == 2}
    go = re.search(r"^go (\S+)", text, re.MULTILINE)
    return GoMod(versions, go[1] if go else "", tuple(entry[0] for word, entry in fields if word == "tool" and entry))


@cache
def read(path: Path = GO_MOD) -> GoMod:
    """Read a go.mod file once."""
    return parse(path.read_text())


def version(text: str) -> tuple[int, int, int] | None:
    """The first version that stands in a text, such as what a program says of itself.

    Example:
        >>> version("Client Version: v1.32.4-dispatcher"), version("kind v0.33.0 go1.26.8"), version("(devel)")
        ((1, 32, 4), (0, 33, 0), None)
    """
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def is_new_enough(found: str, wanted: str) -> bool:
    """Whether a program that says `found` of itself may stand in for the version `wanted`.

    It may from the same minor version on, within the same major one: a patch adds nothing that we use, a minor
    version may, and a major one breaks.

    Example:
        >>> is_new_enough("v4.4.0+gabc", "v4.3.1"), is_new_enough("v4.2.9", "v4.3.1"), is_new_enough("v5.0.0", "v4.3.1")
        (True, False, False)
    """
    have, want = version(found), version(wanted)
    return have is not None and want is not None and have[0] == want[0] and have[1] >= want[1]
