"""The bill of materials of an image with Airflow names what Python can import."""

from tests.images.conftest import Billed, Running, pairs

INSTALLED = "from importlib.metadata import distributions as all\nfor one in all(): print(one.name, one.version)"


def test_it_names_every_python_package(running: Running, billed: Billed) -> None:
    assert pairs(running.run("python", "-c", INSTALLED).splitlines()) <= billed("pypi")
