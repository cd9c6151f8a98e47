"""Tasks that do nothing, side by side: each in a pod of its own, or in one of the simulated node."""

import json
import os

from airflow.sdk import dag, task


def fan_out(kind: str, tasks: int, config: dict[str, str]) -> None:
    """So many at once."""

    @task(executor_config=config)
    def nothing(number: int = 0) -> None:
        """Cost what a task costs."""

    @dag(dag_id=f"{kind}_{tasks}", schedule=None)
    def made() -> None:
        nothing.expand(number=list(range(tasks)))

    made()


for tasks in json.loads(os.environ.get("LOAD_REAL", "[]")):
    fan_out("real", tasks, {})
for tasks in json.loads(os.environ.get("LOAD_SIMULATED", "[]")):
    fan_out("simulated", tasks, {"node_pool": "simulated"})
