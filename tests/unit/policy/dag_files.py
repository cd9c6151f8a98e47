"""The DAG processor's own way through a file, without a database: parse, policy, serialize."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any


class Parsed:
    """What the DAG processor reports of one file."""

    def __init__(self, result: Any) -> None:
        self.error = "\n".join((result.import_errors or {}).values())
        self.serialized = [dag.data for dag in result.serialized_dags]

    def config(self, task_id: str) -> dict:
        """The executor_config as the scheduler gets it."""
        from airflow.serialization.serialized_objects import DagSerialization

        assert self.error == ""
        return DagSerialization.from_dict(self.serialized[0]).get_task(task_id).executor_config


def read_path(processor: ModuleType, file: Path, bundle: Path | None = None) -> Parsed:
    import structlog

    bundle = bundle or file.parent
    request = processor.DagFileParseRequest(file=os.fspath(file), bundle_path=bundle, bundle_name="dags")
    return Parsed(processor._parse_file(request, structlog.get_logger()))
