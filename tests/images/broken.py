"""Images that are broken in one way each, made from the real one by a line or two of a Dockerfile.

The page docs/judging-an-image.md shows them: `python -m tests.images.broken` prints its table.
"""

import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from airflow_k8s import process
from airflow_k8s.images.check.expected import of_this_checkout

SITE = f"/opt/airflow/venv/lib/python{of_this_checkout().python}/site-packages"
WITHOUT_AIRFLOW = "RUN rm -r SITE/apache_airflow_core* SITE/apache_airflow_task_sdk* SITE/airflow/[!p]*"
ANOTHER_PYTHON = "RUN ln -s /usr/bin/python3.* /usr/local/bin/python"
KEY = "-----BEGIN RSA PRIVATE" + " KEY-----"  # in two, so that nobody takes this file for a leak


@dataclass(frozen=True)
class Broken:
    """An image that is broken in one way, and what the judge must say of it."""

    how: str
    """What is wrong, in a few words."""
    rule: str
    """The rule that must find it."""
    says: str
    """Words of its verdict."""
    dockerfile: str
    """What makes it of the image `base`, as root; SITE is where its libraries are, SECRET is new each time."""
    level: str = "bad"
    also: tuple[str, ...] = ()
    """Other rules that cannot be content then."""
    install: tuple[str, ...] = ()
    """Distributions that are really installed, into the folder site/ of the context."""
    platform: str | None = None
    run: bool = False
    """Whether the contract's tasks are run."""


BROKEN = [
    Broken(
        "Debian and Python, without Airflow",
        "airflow in python",
        "It has no Airflow",
        f"RUN rm -r /opt/airflow/venv\n{ANOTHER_PYTHON}",
    ),
    Broken(
        "another minor release of Airflow",
        "airflow version",
        "Airflow 3.2.2, and the platform has",
        f"{WITHOUT_AIRFLOW}\nCOPY site /site\nRUN cp -r /site/* SITE/",
        also=("task sdk version", "requirements", "pins", "bytecode"),
        install=("apache-airflow-core==3.2.2", "apache-airflow-task-sdk==1.2.2"),
    ),
    Broken(
        "another Python first on PATH",
        "airflow in python",
        "`python` is /usr/local/bin/python, and Airflow is in /opt/airflow/venv",
        f"{ANOTHER_PYTHON}\nENV PATH=/usr/local/bin:$PATH",
    ),
    Broken(
        "no Python",
        "python on path",
        "No `python` can be started",
        "RUN rm -r /opt/airflow/venv /usr/bin/python3*",
    ),
    Broken("runs as root", "user", "It runs as root", "USER 0"),
    Broken("its user is a name", "user", "a pod cannot tell that this is not root", "USER airflow"),
    Broken(
        "works for its own uid alone",
        "any uid",
        "It starts only as its own user",
        "RUN chown 50000 /opt/airflow/venv && chmod 700 /opt/airflow/venv",
    ),
    Broken("works for root alone", "any uid", "It starts only as root", "RUN chmod 700 /opt/airflow/venv"),
    Broken(
        "a module writes where it lies",
        "read only root",
        "Read-only file system",
        "RUN echo \"open('/opt/airflow/seen', 'w')\" >> SITE/airflow/executors/base_executor.py\n"
        "RUN rm SITE/airflow/executors/__pycache__/base_executor.*",
    ),
    Broken(
        "an entrypoint that drops its arguments",
        "entrypoint",
        "Its entrypoint does not run what it is given",
        'ENTRYPOINT ["sh", "-c", "exec date"]',
    ),
    Broken(
        "an entrypoint that splits words",
        "entrypoint",
        "turned 'two  words' into 'two words'",
        r'ENTRYPOINT ["tini", "--", "sh", "-c", "exec \"$0\" \"$1\" \"$2\" $3"]',
    ),
    Broken(
        "an entrypoint that is not there",
        "entrypoint",
        "no such file or directory",
        'ENTRYPOINT ["/usr/bin/dumb-init", "--"]',
    ),
    Broken(
        "an entrypoint that keeps signals to itself",
        "signals",
        "SIGTERM does not reach the task",
        r'ENTRYPOINT ["sh", "-c", "\"$0\" \"$@\"; exit $?"]',
    ),
    Broken("no init process", "process 1", "Process 1 is Python itself", "ENTRYPOINT []", level="weak"),
    Broken("no shell", "shell", "It has no bash", "RUN rm /bin/bash /bin/sh", level="weak"),
    Broken("no certificates", "certificates", "trusts no certificate authority", "RUN rm -r /etc/ssl/certs"),
    Broken("no time zones", "time zones", "knows no time zones", "RUN rm -r /usr/share/zoneinfo"),
    Broken("text is ASCII", "text", "Text is ANSI_X3.4-1968", "ENV LC_ALL=C"),
    Broken(
        "a shared library is missing",
        "shared libraries",
        "libreadline.so.8 is not there",
        "RUN rm /usr/lib/*/libreadline.so*",
    ),
    Broken(
        "a module was changed, its bytecode was not",
        "bytecode",
        "Python runs old bytecode of",
        "RUN echo '# mended in a hurry' >> SITE/airflow/version.py",
    ),
    Broken(
        "no bytecode",
        "bytecode",
        "modules are compiled at every start",
        "RUN find /opt/airflow/venv -name __pycache__ -prune -exec rm -r {} +",
        level="weak",
    ),
    Broken(
        "a provider is missing",
        "providers",
        "It lacks apache-airflow-providers-postgres",
        "RUN rm -r SITE/apache_airflow_providers_postgres* SITE/airflow/providers/postgres",
    ),
    Broken(
        "a library of Airflow has another version",
        "pins",
        "Moved: colorlog 6.10.1",
        "RUN rm -r SITE/colorlog*\nCOPY site /site\nRUN cp -r /site/* SITE/",
        level="weak",
        install=("colorlog==6.10.1",),
    ),
    Broken(
        "a library of Airflow is missing",
        "requirements",
        "wants colorlog",
        "RUN rm -r SITE/colorlog*",
    ),
    Broken(
        "a module of Airflow is missing",
        "what a pod starts",
        "No module named 'airflow.executors.base_executor'",
        "RUN rm SITE/airflow/executors/base_executor.py",
    ),
    Broken(
        "a module is missing that only a running task needs",
        "contract",
        "A task that succeeds ended as",
        "RUN rm SITE/airflow/dag_processing/dagbag.py",
        run=True,
    ),
    Broken(
        "a program runs with its owner's rights",
        "setuid",
        "/usr/local/bin/find runs with its owner's rights",
        "RUN install -m 4755 /usr/bin/find /usr/local/bin/find",
    ),
    Broken("a compiler", "compilers", "It holds /usr/local/bin/gcc", "RUN ln /usr/bin/env /usr/local/bin/gcc", "weak"),
    Broken(
        "a cache of packages",
        "caches",
        "Package managers left 9 MB behind",
        "RUN mkdir -p /root/.cache/pip && head -c 9000000 /dev/urandom > /root/.cache/pip/wheel",
        level="weak",
    ),
    Broken(
        "a secret in a variable",
        "secrets",
        "the variable WAREHOUSE_PASSWORD",
        "ENV WAREHOUSE_PASSWORD=SECRET",
    ),
    Broken(
        "a secret in the history of its build",
        "secrets",
        "There is a secret in the history",
        "RUN test https://reader:SECRET@packages.example/simple",
    ),
    Broken(
        "a private key in a file",
        "secrets",
        "/opt/airflow/deploy.key",
        "COPY deploy.key /opt/airflow/",
    ),
    Broken(
        "made for another architecture",
        "architecture",
        "It is for arm64, and this engine runs amd64",
        "FROM scratch\nCOPY Dockerfile /\nUSER 50000:0",
        also=("python on path",),
        platform="linux/arm64",
    ),
]


def make(client: docker.DockerClient, base: str, broken: Broken) -> Any:
    """Build a broken image."""
    with tempfile.TemporaryDirectory() as name:
        context = Path(name)
        (context / "Dockerfile").write_text(dockerfile(base, broken.dockerfile))
        (context / "deploy.key").write_text(KEY)
        if broken.install:
            uv = [Path(sys.executable).parent / "uv", "pip", "install", "--quiet", "--no-deps", "--target"]
            process.run([*uv, context / "site", *broken.install])
        return client.images.build(path=name, platform=broken.platform, rm=True, forcerm=True)[0]


def dockerfile(base: str, lines: str) -> str:
    """A whole Dockerfile: on base, as root, and with base's user in the end, unless the lines say otherwise."""
    lines = lines.replace("SITE", SITE).replace("SECRET", secrets.token_hex(12))
    begin = "" if lines.startswith("FROM") else f"FROM {base}\nUSER 0\n"
    end = "" if "USER" in lines else "\nUSER 50000:0"
    return f"{begin}{lines}{end}\n"


def table() -> str:
    """What is broken, and the verdict on it, as a page shows them."""
    rows = [f"| {one.how} | {one.level} | {one.rule} | … {one.says} … |" for one in BROKEN]
    return "\n".join(["| what is broken | verdict | rule | says |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(table())
