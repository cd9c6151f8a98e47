"""The record of a try for OpenLineage, where the images have its provider and it is switched on.

In the chart's values: ``config.openlineage.custom_run_facets: airflow_k8s.tracking.lineage.facets``. Nothing else here
imports this module, and no image needs the provider for the table.
"""

import json
from typing import Any

from attrs import define
from openlineage.client.facet_v2 import RunFacet

from airflow_k8s import tracking
from airflow_k8s.tracking import listener, record

NAME = "airflowK8s_taskRun"
"""Of the facet; OpenLineage asks for a prefix of the maker's."""

SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet"


@define
class TaskRunFacet(RunFacet):
    """What is known of a try, in the table's words.

    Args:
        record: columns of the table; those that are not known are left out.
    """

    record: dict[str, Any]

    @staticmethod
    def _get_schema() -> str:
        return SCHEMA


def facets(task_instance: Any, _state: Any) -> dict[str, RunFacet]:
    """What the provider adds to the events of a task's start and end.

    Args:
        task_instance: the one that this process runs. Elsewhere, and where nothing is recorded, there is no facet.
    """
    if not tracking.connection_id():
        return {}
    known = json.loads(record.line(listener.so_far(task_instance)).removeprefix(record.LINE))
    return {NAME: TaskRunFacet(record=known)}
