"""Run two DAGs in one process, their tries recorded as in their pods: what it prints is the tasks' log."""

import os

from airflow.utils.db import initdb

from airflow_k8s.tracking import listener

initdb()
listener.register("records")
listener.register("records")

from tests.unit.tracking.dags.every_end import every_end, no_records  # noqa: E402

every_end.test()
os.environ["AIRFLOW_CONN_RECORDS"] = os.environ["UNREACHABLE"]
no_records.test()
