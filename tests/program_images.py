"""Images that hold one of our tools and nothing more, in the registry of this machine: theirs is not in reach."""

import io
import tarfile

from airflow_k8s import options
from airflow_k8s.cluster import tools
from airflow_k8s.images import engine


def pushed(program: str) -> dict[str, str]:
    """The image of a program, as the chart's values name one: repository, tag and digest."""
    repository, tag = f"{options.registry()}/airflow-k8s/{program}", tools.version(program)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(tools.path(program), f"bin/{program}")
    changes = [f'ENTRYPOINT ["/bin/{program}"]', "USER 65534"]
    engine.client().api.import_image_from_data(buffer.getvalue(), repository, tag, changes=changes)
    return {"repository": repository, "tag": tag, "digest": engine.push(repository, tag)}
