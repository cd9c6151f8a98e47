"""What lies between two images."""

from airflow_k8s.images.manifest import Layer
from airflow_k8s.images.manifest.compare import compare
from airflow_k8s.images.manifest.tables import difference
from tests.unit.images.manifests import manifest

BEFORE = manifest(
    "base",
    python=["a 1", "b 1", "c 1"],
    environments={"old": ["a 0.1"]},
    labels={"version": "3.3.1"},
    layers=(Layer(size=90_000_000, created_by="", image="base", step="Python packages"),),
)
AFTER = manifest(
    "base",
    size=112_000_000,
    python=["a 1", "b 2", "d 1"],
    environments={"old": ["a 0.2"]},
    debian=["tini 0.19"],
    labels={"version": "3.3.2"},
    layers=(
        Layer(size=102_000_000, created_by="", image="base", step="Python packages"),
        Layer(size=1_000, created_by="", image="base", step="copy /x"),
    ),
)


def test_every_package_that_is_not_the_same_is_named_once() -> None:
    assert [(one.what, one.name, one.how) for one in compare(BEFORE, AFTER).packages] == [
        ("Python", "b", "changed"),
        ("Python", "d", "added"),
        ("Debian", "tini", "added"),
        ("Python in old", "a", "changed"),
        ("Python", "c", "removed"),
    ]


def test_labels_and_layers_are_compared_too() -> None:
    found = compare(BEFORE, AFTER)
    assert [(one.name, one.before, one.after) for one in found.labels] == [("version", "3.3.1", "3.3.2")]
    assert [one.name for one in found.layers] == ["base: Python packages", "base: copy /x"]


def test_an_image_does_not_differ_from_itself() -> None:
    found = compare(BEFORE, BEFORE)
    assert (found.packages, found.labels, found.layers) == ((), (), ())


def test_it_is_told_a_table_a_kind_without_layers_that_weigh_nothing() -> None:
    told = {section.title: section.rows for section in difference(compare(BEFORE, AFTER))}
    assert told == {
        "Size": [
            ("all layers", "100 MB", "112 MB", "+12 MB"),
            ("base: Python packages", "90 MB", "102 MB", "+12 MB"),
        ],
        "Python: 1 added, 1 removed, 1 changed": [("~", "b", "1", "2"), ("-", "c", "1", ""), ("+", "d", "", "1")],
        "Debian: 1 added": [("+", "tini", "", "0.19")],
        "Python in old: 1 changed": [("~", "a", "0.1", "0.2")],
        "Labels: 1 changed": [("~", "version", "3.3.1", "3.3.2")],
    }
