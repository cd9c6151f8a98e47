"""Run three DAGs in one process, their tries recorded as in their pods: what it prints is the tasks' log."""

import os
import sys


def main() -> None:
    from airflow.utils.db import initdb

    from airflow_k8s.start import WORKER
    from airflow_k8s.tracking import listener
    from tests.unit.tracking.dags.every_end import every_end, no_answer, no_records

    sys.orig_argv[1:] = ["-m", WORKER]
    initdb()
    as_shipped = listener.SECONDS
    listener.SECONDS = 30  # on a busy machine, a database that is up may take longer than a task would wait
    listener.register("records")
    listener.register("records")
    every_end.test()
    os.environ["AIRFLOW_CONN_RECORDS"] = os.environ["UNREACHABLE"]
    no_records.test()
    listener.SECONDS = as_shipped
    os.environ["AIRFLOW_CONN_RECORDS"] = os.environ["SILENT"]
    no_answer.test()


if __name__ == "__main__":
    main()
