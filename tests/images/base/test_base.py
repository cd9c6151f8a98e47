"""What holds for the base image and for every image that is built on it: Airflow works in it."""

import re

import pytest
from tests.images.conftest import Running, wanted

from airflow_k8s.images.catalogue import CATALOGUE, airflow_version, load

WORKER = "airflow.sdk.execution_time.execute_workload"
"""What a task's pod starts with."""

OTHER_SYSTEMS = {"colorama", "pathlib-abc", "pyyaml-ft"}
"""Libraries that the universal lock has for other systems and Pythons."""

# Distributions, as they are wished for, to modules, as they are imported.
IMPORT_ALL = """
import importlib, sys
from importlib.metadata import packages_distributions
modules = {}
for module, names in packages_distributions().items():
    for name in names:
        modules.setdefault(name.lower(), []).append(module)
for wish in sys.argv[1:]:
    provider = wish.removeprefix("apache-airflow-providers-")
    if provider != wish:
        importlib.import_module("airflow.providers." + provider.replace("-", "."))
    else:
        for name in [wish] if wish in modules[wish] else modules[wish]:
            importlib.import_module(name)
"""


def names(wishes: list[str]) -> list[str]:
    """Of requirements, their distributions."""
    return [found[0].lower() for wish in wishes if (found := re.match(r"[\w.-]+", wish))]


def test_every_library_that_is_wished_for_can_be_imported(running: Running) -> None:
    running.run("python", "-c", IMPORT_ALL, *names(wanted(running.name, "requirements.in")))


def test_every_library_of_an_environment_can_be_imported(running: Running, environment: str) -> None:
    wishes = names(wanted(running.name, f"environments/{environment}.in"))
    running.run(f"/opt/venvs/{environment}/bin/python", "-c", IMPORT_ALL, *wishes)


def test_an_environment_is_without_airflow(running: Running, environment: str) -> None:
    said = running.try_to(f"/opt/venvs/{environment}/bin/python", "-c", "import airflow")
    assert "No module named 'airflow'" in said.output


def test_python_is_airflows(running: Running) -> None:
    found = running.run("python", "-c", "import sys, airflow; print(sys.prefix, airflow.__version__)")
    assert found.split() == ["/opt/airflow/venv", airflow_version()]


def test_python_has_the_catalogues_release(running: Running) -> None:
    release = next(entry.releases["python"] for entry in load().images.values() if "python" in entry.releases)
    assert running.run("python", "--version").startswith(f"Python {release}.")


def test_the_worker_starts_without_compiling_anything(running: Running) -> None:
    log = running.run("python", "-v", "-c", f"import {WORKER}")
    assert log.count("code object from") > 500
    assert re.findall(r"code object from '.*\.py'", log) == []


def test_bytecode_is_valid_whatever_the_timestamps(running: Running) -> None:
    """Every .pyc of the standard library and of all libraries has the flags of PEP 552 for an unchecked hash."""
    script = (
        "import sys, sysconfig, pathlib as p\n"
        "roots = {sysconfig.get_path('stdlib'), sysconfig.get_path('purelib')}\n"
        "print(*(f for r in roots for f in p.Path(r).rglob('*.pyc') if f.read_bytes()[4:8] != bytes([1, 0, 0, 0])))"
    )
    assert running.run("python", "-c", script).strip() == ""


def test_an_unknown_uid_has_a_name_and_a_home(running: Running) -> None:
    script = "import getpass, os, pathlib; print(os.getuid(), getpass.getuser(), pathlib.Path.home())"
    assert running.run("python", "-c", script).split() == ["123456", "airflow", "/opt/airflow"]


def test_airflow_runs_for_an_unknown_uid_on_a_read_only_root(running: Running) -> None:
    assert running.run("airflow", "version").strip().endswith(airflow_version())


def test_airflow_has_the_kubernetes_executor_and_our_policy(running: Running) -> None:
    script = (
        "from importlib.metadata import entry_points as e\n"
        "from airflow.providers.cncf.kubernetes.executors.kubernetes_executor import KubernetesExecutor\n"
        "print(*(p.load().__name__ for p in e(group='airflow.policy')))"
    )
    assert running.run("python", "-c", script).split() == ["airflow_k8s.policy"]


def test_libraries_have_what_they_require(running: Running) -> None:
    """pip's check, without pip: every requirement is there in a version that fits."""
    script = (
        "from importlib.metadata import distributions, version\n"
        "from packaging.requirements import Requirement\n"
        "for d in distributions():\n"
        "    for r in map(Requirement, d.requires or []):\n"
        "        if not r.marker or r.marker.evaluate({'extra': ''}):\n"
        "            assert r.specifier.contains(version(r.name), prereleases=True), (d.name, str(r))"
    )
    running.run("python", "-c", script)


def test_every_library_has_the_version_that_was_locked(running: Running) -> None:
    """By its own lock and its parents': a child moves no pin."""
    locks = (CATALOGUE.parent / one / "requirements.txt" for one in load().line(running.name))
    pins = [pin for lock in locks if lock.exists() for pin in re.findall(r"^[\w.-]+==[^\s;]+", lock.read_text(), re.M)]
    script = (
        "import sys; from importlib.metadata import distribution as d, PackageNotFoundError as P\n"
        "for name, version in (pin.split('==') for pin in sys.argv[1:]):\n"
        "    try: assert d(name).version == version, (name, d(name).version, version)\n"
        "    except P: print(name)"
    )
    left_out = running.run("python", "-c", script, *pins).split()
    assert set(left_out) <= OTHER_SYSTEMS


@pytest.mark.parametrize(("zone", "shown"), [("Etc/UTC", "12:00 UTC"), ("Asia/Kolkata", "17:30 IST")])
def test_python_knows_time_zones(running: Running, zone: str, shown: str) -> None:
    script = (
        "import sys, datetime as d, zoneinfo as z\n"
        "noon = d.datetime(2026, 1, 1, 12, tzinfo=d.timezone.utc)\n"
        "print(noon.astimezone(z.ZoneInfo(sys.argv[1])).strftime('%H:%M %Z'))"
    )
    assert running.run("python", "-c", script, zone).strip() == shown


def test_python_trusts_the_usual_authorities(running: Running) -> None:
    script = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    assert int(running.run("python", "-c", script)) > 100
