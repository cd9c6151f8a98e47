"""What a task may ask for: the image it runs on, its cpu and its memory.

Every DAG file and every worker imports this, so it stays pure and light: the standard library only, a few milliseconds.
``catalogue`` and ``placement`` know what the platform offers; only the policy and the linter need them.
"""

from airflow_k8s.tasks.mistakes import RequestError
from airflow_k8s.tasks.request import Request, on_image, parse

__all__ = ["Request", "RequestError", "on_image", "parse"]
