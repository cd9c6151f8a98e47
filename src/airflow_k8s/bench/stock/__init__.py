"""The same Airflow as its own chart and images start it, on the same node: what every figure is a ratio to."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_k8s.images import engine, overlay
from airflow_k8s.platform import install
from airflow_k8s.progress import step

HERE = Path(__file__).parent
NAME = "stock"


@contextmanager
def settings(registry: str) -> Iterator[None]:
    """The platform with Airflow's own settings for as long as the block runs, and with this chart's again afterwards.

    Args:
        registry: where the cluster gets its images, as ``host:port``.
    """
    with step("build and push an image without bytecode"):
        reference = image(registry)
    repository, _, tag = reference.rpartition(":")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as own:
        json.dump({"images": {NAME: {"repository": repository, "tag": tag}}}, own)  # JSON is YAML
        own.flush()
        try:
            with step("give the platform Airflow's own settings"):
                install.install(HERE / "values.yaml", Path(own.name))
            yield
        finally:
            with step("give the platform its settings back"):
                install.install()


def image(registry: str) -> str:
    """Build and push the workers' image; returns its reference, whose tag is that of the base image it is made from."""
    base = overlay.read()["base"]
    repository = f"{registry}/airflow-k8s/{NAME}"
    engine.client().images.build(
        path=str(HERE),
        buildargs={"BASE": f"{base['repository']}:{base['tag']}"},
        tag=f"{repository}:{base['tag']}",
        rm=True,
    )
    engine.push(repository, base["tag"])
    return f"{repository}:{base['tag']}"
