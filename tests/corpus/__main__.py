"""Write the corpus's catalogue and pods anew: `.venv/bin/python -m tests.corpus`, and look at what git says of them."""

import os
import tempfile
from pathlib import Path

from tests import corpus


def main() -> None:
    corpus.CATALOGUE.write_text(corpus.catalogue_text())
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            AIRFLOW_HOME=folder,
            AIRFLOW__CORE__LOAD_EXAMPLES="False",
            AIRFLOW__CORE__EXECUTOR="KubernetesExecutor,LocalExecutor",
            AIRFLOW__LOGGING__LOGGING_LEVEL="CRITICAL",
            AIRFLOW_K8S_CATALOGUE=str(corpus.CATALOGUE),
        )
        from airflow.dag_processing import processor

        for file in corpus.PODS.glob("*.yaml"):
            file.unlink()
        for case in corpus.SPELLINGS:
            config = corpus.parsed(processor, case, Path(folder) / "dags").config(str(case.task))
            (corpus.PODS / f"{case.name}.yaml").write_text(corpus.pod_text(case, config))


if __name__ == "__main__":
    main()
