"""Rules about the versions of what is installed."""

from packaging.utils import canonicalize_name

from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Facts
from airflow_k8s.images.check.rules import Answer, Level, airflow, bad, good, rule, some, weak
from airflow_k8s.images.check.starting import started


def minor(version: str) -> str:
    """The part of a version that says which releases belong together.

    Example:
        >>> minor("3.3.2")
        '3.3'
    """
    return ".".join(version.split(".")[:2])


def compared(what: str, there: str, expected: str) -> Answer:
    """Another minor release is another Airflow; another patch release is one that nobody tried."""
    if there == expected:
        return good(f"{what} {there}, as the platform has it")
    remedy = f"Build it on this platform's base image, which has {expected}."
    if minor(there) != minor(expected):
        return bad(f"{what} {there}, and the platform has {expected}: tasks and server do not speak alike", remedy)
    return weak(f"{what} {there}, and the platform has {expected}", remedy)


@rule(needs=airflow)
def airflow_version(facts: Facts, expected: Expected) -> Answer:
    """A worker of another minor release than its server is unsupported."""
    return compared("Airflow", facts.packages["apache-airflow-core"], expected.airflow)


@rule(needs=airflow)
def task_sdk_version(facts: Facts, expected: Expected) -> Answer:
    """The part of Airflow that runs tasks has a version of its own."""
    name = "apache-airflow-task-sdk"
    return compared("Task SDK", facts.packages.get(name, "none"), expected.pins[name])


@rule(needs=airflow)
def python_version(facts: Facts, expected: Expected) -> Answer:
    """A DAG file is read by the platform's Python, and again by the pod's."""
    there = started(facts).python
    if minor(there) == expected.python:
        return good(f"Python {there}, as the platform has it")
    return weak(
        f"Python {there}, and the platform has {expected.python}: each DAG file is read by both",
        f"Build it on this platform's base image, which has Python {expected.python}.",
    )


@rule(needs=airflow)
def providers(facts: Facts, expected: Expected) -> Answer:
    """A DAG file that imports a provider imports it in the pod, too."""
    missing = [name for name in expected.providers if canonicalize_name(name) not in facts.packages]
    if not missing:
        return good("It has every provider that the platform has")
    return bad(
        f"It lacks {some(missing)}: DAG files that import it cannot be read in its pods",
        "Install it, in the version of the base image's lock.",
    )


@rule(needs=airflow)
def our_own_package(facts: Facts, _expected: Expected) -> Answer:
    """Nothing in a worker needs it but a DAG file that says `from airflow_k8s.tasks import on_image`."""
    if "airflow-k8s" in facts.packages:
        return good("DAG files can import airflow_k8s")
    return weak("DAG files that import airflow_k8s cannot be read in its pods", "Build it on the image `base`.")


@rule(needs=airflow)
def requirements(facts: Facts, _expected: Expected) -> Answer:
    """What pip's check looks at."""
    unmet = started(facts).unmet
    if isinstance(unmet, str):
        return Answer(Level.OPEN, f"It cannot be told: {unmet}")
    if not unmet:
        return good("Libraries have what they require")
    return bad(f"{some(unmet)}", "Install what is asked for, under the base image's lock as constraints.")


@rule(needs=airflow)
def pins(facts: Facts, expected: Expected) -> Answer:
    """What Airflow was tested with is what the lock has."""
    there = facts.packages
    locked = {canonicalize_name(name): version for name, version in expected.pins.items()}
    moved = [
        f"{name} {there[name]} (locked {version})"
        for name, version in locked.items()
        if there.get(name, version) != version
    ]
    if not moved:
        return good("No library of the platform has another version")
    return weak(f"Moved: {some(moved)}", "Add libraries with `airflow-k8s images lock`, which moves none.")
