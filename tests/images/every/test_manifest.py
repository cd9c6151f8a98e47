"""The manifest of every image says what its locks and its own package manager say."""

from collections.abc import Callable

import pytest
from tests.images.conftest import Running, locked

from airflow_k8s.images import catalogue, manifest
from airflow_k8s.images.manifest import Manifest


@pytest.fixture
def found(running: Running, reference: Callable[[str], str]) -> Manifest:
    return manifest.of(reference(running.name))


def test_python_packages_are_those_of_the_locks(running: Running, found: Manifest) -> None:
    pins = {name: version for image in catalogue.load().line(running.name) for name, version in locked(image).items()}
    assert pins.items() <= {package.name: package.version for package in found.python}.items()


def test_debian_packages_are_those_that_dpkg_knows(running: Running, found: Manifest) -> None:
    said = running.run("dpkg-query", "--show", "--showformat", "${Package} ${Version} ${source:Package}\n")
    known = sorted(tuple(line.split(" ")) for line in said.splitlines())
    assert [(one.name, one.version, one.source) for one in found.debian] == known


def test_every_environment_of_the_catalogue_is_there(running: Running, found: Manifest) -> None:
    known = catalogue.load()
    named = {name for image in known.line(running.name) for name in known.images[image].environments}
    assert named <= found.environments.keys()


def test_layers_add_up_to_the_size_of_the_image(found: Manifest) -> None:
    assert sum(layer.size for layer in found.layers) == found.size


def test_every_layer_belongs_to_the_image_or_to_one_below_it(found: Manifest) -> None:
    assert {layer.image for layer in found.layers} <= {*catalogue.load().line(found.name), "debian"}


def test_it_is_the_same_after_a_way_through_json(found: Manifest) -> None:
    assert Manifest.model_validate_json(found.model_dump_json()) == found
