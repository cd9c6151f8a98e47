"""Every `import airflow` loads the policy: it must cost nothing and break nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from airflow_k8s.paths import ROOT
from tests.corpus import CATALOGUE, Case

LOADED = """
from airflow.settings import get_policy_plugin_manager
names = [name for name, _ in get_policy_plugin_manager().list_name_plugin()]
assert "airflow_k8s" in names, names
"""


@pytest.fixture
def run(tmp_path: Path):
    def python(code: str) -> str:
        variables = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        done = subprocess.run(
            [sys.executable, "-c", code], env=variables, cwd=ROOT, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return python


def test_the_entry_point_is_loaded_by_airflow_itself(run) -> None:
    run(f"import airflow{LOADED}")


def test_the_policy_may_be_imported_before_airflow(run) -> None:
    run(f"import airflow_k8s.policy{LOADED}")


def test_airflow_lists_this_package_with_its_decorators(run) -> None:
    listed = run("""
from airflow.providers_manager import ProvidersManager
from airflow.sdk import task
info = ProvidersManager().providers["airflow-k8s"]
print(info.version, *(one["name"] for one in info.data["task-decorators"]), task.r.__name__, task.on_image.__name__)
""")
    assert listed.splitlines()[-1].split()[1:] == ["on_image", "r", "r_task", "on_image_task"]


def test_what_airflow_learns_of_this_package_imports_nothing(run) -> None:
    roots = run("import sys, airflow_k8s.operators.provider; print(*{name.split('.')[0] for name in sys.modules})")
    foreign = {root for root in roots.split() if root not in sys.stdlib_module_names and not root.startswith("_")}
    assert foreign == {"airflow_k8s"}


def test_airflows_own_decorators_work_where_ours_cannot_be_imported(run) -> None:
    found = run("""
import sys
sys.modules["airflow_k8s.operators.r"] = None
from airflow.sdk import task
print(task.bash.__name__)
""")
    assert found.splitlines()[-1] == "bash_task"


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


PARSED = """
import os, sys
from pathlib import Path
os.environ["AIRFLOW_K8S_CATALOGUE"] = "<catalogue>"
from tests.unit.policy.dag_files import read_path
from airflow.dag_processing import processor
parsed = read_path(processor, Path("<file>"))
assert parsed.error == "" and parsed.serialized
print(any(module.split(".")[0] == "kubernetes" for module in sys.modules))
"""


@pytest.mark.parametrize(
    ("config", "needed"),
    [("None", False), ('{"image": "r-data"}', False), ('{"image": "r-data", "cpu": 2}', True)],
    ids=["nothing", "an image", "a size"],
)
def test_only_a_dag_that_needs_a_pod_of_its_own_pays_for_the_kubernetes_client(
    run, tmp_path: Path, config: str, needed: bool
) -> None:
    file = Case("nightly", written=config).write(tmp_path)
    code = PARSED.replace("<catalogue>", str(CATALOGUE)).replace("<file>", str(file))
    assert run(code).splitlines()[-1] == str(needed)
