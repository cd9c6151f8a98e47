"""Tell what a task's pod would find on this image: one line of JSON; then wait for SIGTERM, and end with code 7.

Written for any Python 3, of any image: only its standard library, and nothing newer than 3.7.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

WORKER = (
    "airflow.sdk.execution_time.execute_workload",
    "airflow.executors.base_executor",
    "airflow.executors.workloads",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
)
"""What a task's pod starts with, and what that imports only when it has work."""


def attempt(question: Callable[[], object]) -> object:
    """What a question finds, or what it fails of."""
    try:
        return question()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def worker() -> str:
    """Import what a task's pod runs; an empty text is success."""
    for module in WORKER:
        importlib.import_module(module)
    return ""


def packages() -> dict[str, str]:
    """Every distribution with its version."""
    from importlib.metadata import distributions

    return {str(one.metadata["Name"]): one.version for one in distributions() if one.metadata["Name"]}


def unmet() -> list[str]:
    """Requirements that are not there, or in a version that does not fit: what pip's check finds, without pip."""
    from importlib.metadata import distributions

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    there = {canonicalize_name(name): version for name, version in packages().items()}
    found = []
    for one in distributions():
        for wish in map(Requirement, one.requires or []):
            if wish.marker and not wish.marker.evaluate({"extra": ""}):
                continue
            version = there.get(canonicalize_name(wish.name))
            if version is None or not wish.specifier.contains(version, prereleases=True):
                found.append(f"{one.metadata['Name']} wants {wish.name}{wish.specifier}, there is {version or 'none'}")
    return found


def charset() -> str:
    """What programs take text for; Python's own help for a C locale is switched off."""
    ask = "import locale; locale.setlocale(locale.LC_CTYPE, ''); print(locale.nl_langinfo(locale.CODESET))"
    variables = {**ENVIRONMENT, "PYTHONCOERCECLOCALE": "0"}
    words = [sys.executable, "-X", "utf8=0", "-c", ask]
    return subprocess.run(words, env=variables, stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def zone() -> str:
    """What the C library calls the time in India: IST, where it has time zones."""
    os.environ["TZ"] = "Asia/Kolkata"
    time.tzset()
    return time.tzname[0]


def uncompiled() -> list[int]:
    """Of the modules that are imported now, how many have no bytecode that Python may use."""
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    sources = [one.origin for one in specs if one and (one.origin or "").endswith(".py")]
    return [len([source for source in sources if not compiled(source)]), len(sources)]


def compiled(source: str) -> bool:
    """Whether Python may use the bytecode beside a source."""
    try:
        head = Path(importlib.util.cache_from_source(source)).read_bytes()[:16]
        there = Path(source).stat()
    except OSError:
        return False
    as_made = there.st_size.to_bytes(8, "little")[:4]
    return bool(head[4] & 1) or head[8:16] == int(there.st_mtime).to_bytes(8, "little")[:4] + as_made


def init() -> str:
    """The program that is process 1: it must bury orphans."""
    return Path("/proc/1/comm").read_text().strip()


def environment() -> dict[str, str]:
    """The variables as the image has them; Python itself may have set LC_CTYPE since."""
    given = Path("/proc/self/environ").read_bytes().decode(errors="replace").split("\0")
    return dict(line.split("=", 1) for line in given if "=" in line)


ENVIRONMENT = environment()


def main() -> None:
    """Print it all."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
    facts = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "executable": sys.executable,
        "init": attempt(init),
        "arguments": sys.argv[1:],
        "worker": attempt(worker),
        "packages": attempt(packages),
        "unmet": attempt(unmet),
        "uncompiled": attempt(uncompiled),
        "authorities": attempt(lambda: len(ssl.create_default_context().get_ca_certs())),
        "zone": attempt(zone),
        "charset": attempt(charset),
        "bash": shutil.which("bash") or "",
    }
    print("\nFACTS:" + json.dumps(facts), flush=True)
    time.sleep(30)


main()
