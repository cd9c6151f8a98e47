"""Images asked for by decorators of their own, mapped: Python squares, R draws the root of what Python returned."""

from airflow.sdk import dag, task


@dag(schedule=None, tags=["smoke"])
def decorators():
    @task.on_image("python-data", memory="512Mi")
    def square(number: int) -> int:
        import numpy as np

        return int(np.square(number))

    @task.r(cpu=0.3, memory="512Mi")
    def root(number: int) -> str:
        return """
        airflow_return(list(root = sqrt(airflow_xcom_pull("number")), threads = Sys.getenv("OMP_NUM_THREADS")))
        """

    @task.on_image("python-data", cpu=1.1, memory="512Mi")
    def threads() -> list:
        import os

        import numpy as np
        import threadpoolctl

        (np.eye(500) @ np.eye(500)).sum()
        return [os.environ["OMP_NUM_THREADS"], max(pool["num_threads"] for pool in threadpoolctl.threadpool_info())]

    root.expand(number=square.expand(number=[2, 3])) >> threads()


decorators()
