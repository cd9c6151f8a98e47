"""Which step made a layer."""

import pytest

from airflow_k8s.images.manifest.layers import layers, phrase, steps


@pytest.mark.parametrize(
    ("created_by", "said"),
    [
        ("", "the base system"),
        ("/bin/sh -c #(nop) ADD file:0123 in / ", "the base system"),
        ("# debian.sh --arch 'amd64' out/ 'trixie' '@1'", "the base system"),
        ("RUN |1 LOCKED= /bin/sh -c /run/tools/bin/install-locked debian # buildkit", "Debian packages"),
        (
            "RUN |2 LOCKED= VERSION=3.3.2 /bin/sh -c grep -q x /y  && /run/tools/bin/install-locked python # buildkit",
            "Python packages",
        ),
        ("RUN /bin/sh -c apt-get update && apt-get install --yes r-base-core # buildkit", "Debian packages"),
        ("RUN /bin/sh -c uv pip install --no-deps /run/wheels/*.whl  && useradd x # buildkit", "this platform's own"),
        ("RUN /bin/sh -c pip install pandas # buildkit", "Python packages"),
        ("COPY --chown=0:0 a b /opt/ # buildkit", "copy /opt/"),
        ("/bin/sh -c #(nop) COPY dir:0123 in /srv ", "copy /srv"),
        ("RUN /bin/sh -c mkdir /data # buildkit", "mkdir /data"),
        ("RUN |1 X=1 /bin/bash -euo pipefail -c mkdir /data # buildkit", "mkdir /data"),
    ],
)
def test_a_step_in_a_phrase(created_by: str, said: str) -> None:
    assert phrase(created_by).startswith(said)


def test_a_step_that_no_phrase_fits_is_cut_between_words() -> None:
    assert phrase("RUN /bin/sh -c " + "word " * 40 + "# buildkit").endswith("word …")


HISTORY = [
    {"CreatedBy": "USER 50000:0", "Size": 0},
    {"CreatedBy": "RUN install-locked python", "Size": 70},
    {"CreatedBy": "RUN install-locked python", "Size": 30},
    {"CreatedBy": "RUN install-locked debian", "Size": 20},
    {"CreatedBy": "ARG LOCKED", "Size": 0},
    {"CreatedBy": "", "Size": 10},
]


def test_each_layer_belongs_to_the_image_that_made_it() -> None:
    found = layers(HISTORY, [("python-data", 6), ("base", 3), ("debian", 1)])
    assert [(layer.image, layer.size) for layer in found] == [
        ("debian", 10),
        ("base", 20),
        ("python-data", 30),
        ("python-data", 70),
    ]


def test_what_is_told_alike_is_counted_together() -> None:
    found = layers(HISTORY, [("python-data", 6), ("base", 3)])
    assert steps(found)["python-data", "Python packages"] == 100


def test_a_parent_that_is_not_here_leaves_its_layers_to_the_image() -> None:
    assert {layer.image for layer in layers(HISTORY, [("foreign", 6)])} == {"foreign"}
