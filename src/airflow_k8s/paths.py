"""Where things lie in a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

CHART = ROOT / "charts" / "airflow-k8s"
CATALOGUE = ROOT / "images" / "catalogue.yaml"
CLUSTER = ROOT / "cluster"
DAGS = (ROOT / "examples", ROOT / "tests" / "smoke" / "dags")
"""What a local platform runs: examples for analysts, and what only tests ask for."""

TOOLS = ROOT / ".tools"
"""Programs that this checkout built or fetched for itself; safe to delete."""

DIST = ROOT / "dist"
"""What the commands write: the image overlay, kubeconfig, logs, build contexts; safe to delete."""

BENCH_RESULTS = ROOT / "bench" / "results"
"""What `make bench` measured; of this machine, so not under version control."""

OVERLAY = DIST / "images.yaml"
KUBECONFIG = DIST / "kubeconfig"
LOGS = DIST / "logs"
