"""What the platform expects of an image that tasks run on; all of it is stated elsewhere in the checkout."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from airflow_k8s.images import catalogue
from airflow_k8s.paths import CATALOGUE

PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
PROVIDER = re.compile(r"^apache-airflow-providers-[\w-]+", re.MULTILINE)


@dataclass(frozen=True)
class Expected:
    """What tasks need, given what the platform itself runs on."""

    airflow: str
    """Version of Airflow: "3.3.2"."""
    python: str
    """Release of Python: "3.13"."""
    providers: tuple[str, ...]
    """Distributions of the providers that every image has."""
    pins: Mapping[str, str]
    """Version of each library, as the base image's lock has it."""


def expected(airflow: str, python: str, wanted: str, lock: str) -> Expected:
    """What follows from the versions, and from the base image's requirements.in and requirements.txt.

    Example:
        >>> expected("3.3.2", "3.13", "apache-airflow-providers-standard\\n", "idna==3.11 \\\\").pins
        {'idna': '3.11'}
    """
    return Expected(airflow, python, tuple(PROVIDER.findall(wanted)), dict(PIN.findall(lock)))


def of_this_checkout() -> Expected:
    """What this checkout's platform expects: of the image that all others for tasks are built on.

    Raises:
        UserError: the catalogue cannot be read.
    """
    images = catalogue.load().images
    name = next(name for name, image in images.items() if "python" in image.releases)
    wanted, lock = ((CATALOGUE.parent / name / f"requirements.{kind}").read_text() for kind in ("in", "txt"))
    return expected(catalogue.airflow_version(), images[name].releases["python"], wanted, lock)
