"""What Airflow learns of this package by the entry point ``apache_airflow_provider``: its decorators.

Airflow reads it where somebody asks for providers, never at a plain ``import airflow``. It imports nothing, for an
error here would hide every other provider.
"""


def get_provider_info() -> dict[str, object]:
    """The package's name, and where ``@task.on_image`` and ``@task.r`` are.

    Source of its keys: provider_info.schema.json in Airflow.

    Example:
        >>> [decorator["name"] for decorator in get_provider_info()["task-decorators"]]
        ['on_image', 'r']
    """
    place = "airflow_k8s.operators.decorators"
    return {
        "package-name": "airflow-k8s",
        "name": "Airflow on Kubernetes for analysts",
        "description": "Tasks on images of a catalogue, R scripts as tasks, SQL into tables.",
        "task-decorators": [
            {"name": "on_image", "class-name": f"{place}.on_image_task"},
            {"name": "r", "class-name": f"{place}.r_task"},
        ],
    }
