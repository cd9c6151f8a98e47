"""What several platforms need of a builder."""

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images import platforms

INSPECTED = """\
Name:          many
Driver:        {driver}

Nodes:
Name:             one
Platforms:        linux/amd64*, linux/386

Name:             two
Platforms:        linux/arm64
"""


def test_the_nodes_of_a_builder_count_together() -> None:
    platforms.check(INSPECTED.format(driver="docker-container"), ["linux/amd64", "linux/arm64"])


@pytest.mark.parametrize(
    ("driver", "wanted", "said"),
    [
        ("docker", "linux/amd64", r"`many` cannot build for named platforms.*docker buildx create --use"),
        (
            "remote",
            "linux/s390x",
            r"`many` cannot build for linux/s390x.*linux/386, linux/amd64, linux/arm64.*emulator",
        ),
    ],
    ids=["the engine's own", "a platform less"],
)
def test_a_builder_that_cannot_is_refused(driver: str, wanted: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        platforms.check(INSPECTED.format(driver=driver), [wanted])


@pytest.mark.parametrize(
    ("platform", "spelt"),
    [
        ({"os": "linux", "architecture": "arm64", "variant": "v8"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm64"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm", "variant": "v7"}, "linux/arm/v7"),
        ({"os": "unknown", "architecture": "unknown"}, "unknown/unknown"),
    ],
)
def test_platforms_are_spelt_as_people_do(platform: dict[str, str], spelt: str) -> None:
    assert platforms.spelt(platform) == spelt
