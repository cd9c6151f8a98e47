"""Every `import airflow` loads the policy: it must cost nothing and break nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus import CATALOGUE

LOADED = """
from airflow.settings import get_policy_plugin_manager
names = [name for name, _ in get_policy_plugin_manager().list_name_plugin()]
assert "airflow_k8s" in names, names
"""


@pytest.fixture
def run(tmp_path: Path):
    def python(code: str) -> str:
        variables = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        done = subprocess.run([sys.executable, "-c", code], env=variables, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return python


def test_the_entry_point_is_loaded_by_airflow_itself(run) -> None:
    run(f"import airflow{LOADED}")


def test_the_policy_may_be_imported_before_airflow(run) -> None:
    run(f"import airflow_k8s.policy{LOADED}")


def test_the_policy_needs_pluggy_and_nothing_else(run) -> None:
    roots = run("import sys, airflow_k8s.policy; print(*{module.split('.')[0] for module in sys.modules})").split()
    foreign = {root for root in roots if root not in sys.stdlib_module_names and not root.startswith("_")}
    assert foreign == {"airflow_k8s", "pluggy"}


def test_airflow_starts_where_no_kubernetes_client_is_installed(run) -> None:
    absent = ["kubernetes", "kubernetes_asyncio", "docker"]
    run(f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\nimport airflow{LOADED}")


@pytest.mark.parametrize(
    ("module", "imported"),
    [("policy", False), ("policy.translate", False), ("release.dag_processor", True)],
)
def test_only_the_dag_processors_own_start_imports_the_kubernetes_client(run, module: str, imported: bool) -> None:
    code = f"import os, sys; os.environ['AIRFLOW_K8S_CATALOGUE'] = '/c.json'; import airflow, airflow_k8s.{module}"
    assert run(f"{code}; print(any(name.startswith('kubernetes') for name in sys.modules))") == str(imported)


def test_the_dag_processor_starts_as_airflows_own(run) -> None:
    said = run("""
import sys
import airflow.cli.commands.dag_processor_command as command
from airflow_k8s.release import dag_processor
command.dag_processor = lambda args: print(args.subcommand, args.bundle_name)
sys.argv = ["dag_processor", "--bundle-name", "dags"]
dag_processor.main()
""")
    assert said == "dag-processor ['dags']"


def test_no_dag_that_only_names_images_pays_for_the_kubernetes_client(run, tmp_path: Path) -> None:
    run(f"""
import os, sys
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow import settings
os.environ["AIRFLOW_K8S_CATALOGUE"] = {str(CATALOGUE)!r}
with DAG("nightly"):
    task = BashOperator(task_id="load", bash_command="", executor_config={{"image": "r-data"}})
settings.task_policy(task)
assert list(task.executor_config) == ["pod_template_file"], task.executor_config
assert not [module for module in sys.modules if module.startswith("kubernetes.")]
""")
