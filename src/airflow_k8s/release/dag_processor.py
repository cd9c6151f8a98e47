"""Start Airflow's DAG processor with the kubernetes client imported.

It forks for each DAG file that it reads. What it has imported by then costs no file anything, and a V1Pod, which every
task with a size of its own becomes, needs 0.3 CPU-seconds of imports. The policy itself imports the client only for
such a task; that it is here already is this component's choice (measured: 44 millicores instead of 53 in idle).
"""

import runpy
import sys

import airflow_k8s.policy.pods
import airflow_k8s.policy.translate  # noqa: F401


def main() -> None:
    """As ``airflow dag-processor``, with the options of this command line."""
    sys.argv[:1] = ["airflow", "dag-processor"]
    runpy.run_module("airflow", run_name="__main__")


if __name__ == "__main__":
    main()
