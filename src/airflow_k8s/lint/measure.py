"""Measure what lint knows of modules, in the images themselves."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_k8s.lint import facts

if TYPE_CHECKING:
    import docker

# In the image: every top-level module of an installed distribution; the CPU-seconds to import each after Airflow.
_MODULES = """
import json, sys
from importlib.metadata import packages_distributions
print(json.dumps(sorted({name for name in packages_distributions() if name.isidentifier() and name[0] != "_"})))
"""
# Forked for each, because a module is imported but once.
_COST = """
import airflow.sdk, json, os, sys, time
def cost(module):
    answer, question = os.pipe()
    if not os.fork():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        begin = time.process_time()
        try:
            __import__(module)
            os.write(question, str(time.process_time() - begin).encode())
        finally:
            os._exit(0)
    os.wait()
    os.close(question)
    return float(os.read(answer, 99) or 0)
print(json.dumps({module: min(cost(module) for _ in "123") for module in sys.argv[1:]}))
"""

ALSO = ("kubernetes.client", "airflow.models")
"""Modules below others that DAG files import on their own."""


def measure(client: "docker.DockerClient", processor: str, others: tuple[str, ...]) -> dict[str, object]:
    """The content of imports.json.

    Args:
        client: the engine that has the images.
        processor: the image that the DAG processor runs on.
        others: images whose further libraries a DAG file might import at its top by mistake.
    """
    known = modules(client, processor)
    seconds = costs(client, processor, *known, *ALSO)
    for image in others:
        seconds |= costs(client, image, *sorted({*modules(client, image)} - {*known}))
    dear = {module: round(cost, 1) for module, cost in sorted(seconds.items()) if cost >= facts.DEAR}
    return {"processor": known, "seconds": dear}


def modules(client: "docker.DockerClient", image: str) -> list[str]:
    """The top-level modules that an image has beside the standard library."""
    return list(_ask(client, image, _MODULES))


def costs(client: "docker.DockerClient", image: str, *names: str) -> dict[str, float]:
    """CPU-seconds to import each module in an image where Airflow is imported already; 0 for what cannot be."""
    return dict(_ask(client, image, _COST, *names))


def write(content: dict[str, object], file: Path = facts.FILE) -> None:
    """Write imports.json."""
    file.write_text(json.dumps(content, indent=1) + "\n")


def _ask(client: "docker.DockerClient", image: str, script: str, *arguments: str) -> Any:
    words = ["python", "-c", script, *arguments]
    output = client.containers.run(image, entrypoint=words, network_mode="none", remove=True)
    return json.loads(output.splitlines()[-1])
