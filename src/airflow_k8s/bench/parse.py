"""Read DAG files as the DAG processor does, each in a process that is forked for it, with the policy and without."""

import gc
import json
import os
import sys
import time
from pathlib import Path

from airflow_k8s.lint import reading
from airflow_k8s.policy import CATALOGUE


def main(catalogue: str, pairs: str, *files: str) -> None:
    """Print, for each file, pairs of CPU-seconds: without the policy, with it."""

    import airflow_k8s.release.dag_processor  # noqa: F401, PLC0415  (what the DAG processor has imported when it forks)

    os.environ[CATALOGUE] = catalogue
    reading.warm_up()
    gc.freeze()
    measured = [[(_cost(file, None), _cost(file, catalogue)) for _ in range(int(pairs))] for file in files]
    print(json.dumps(measured))  # noqa: T201  (for the process that started this one)


def _cost(file: str, catalogue: str | None) -> float:
    answer, question = os.pipe()
    if not os.fork():
        os.environ.pop(CATALOGUE)
        if catalogue:
            os.environ[CATALOGUE] = catalogue
        begin = time.process_time()
        result = reading.parse(Path(file), Path(file).parent)
        seconds = time.process_time() - begin
        os.write(question, str("" if result.import_errors else seconds).encode())
        os._exit(0)
    os.wait()
    os.close(question)
    return float(os.read(answer, 99))


if __name__ == "__main__":
    main(*sys.argv[1:])
