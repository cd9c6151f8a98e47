"""What a task's pod leaves out at its start, that all of it comes back where it is needed, and how to switch it off."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_k8s import start
from airflow_k8s.start import workload

AS_A_WORKER = f"""
import sys
sys.orig_argv[:] = ["python", "-m", "{start.WORKER}", "--json-string", "{{}}"]
from airflow_k8s import start
start.prepare()
import airflow.sdk.bases.decorator as decorators
"""

STRIPPED = 'print(decorators.remove_task_decorator("@task.bash\\ndef f():\\n    pass\\n", "@task.bash"))'


@pytest.fixture
def python(tmp_path: Path):
    def run(code: str, **variables: str) -> str:
        always = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        command, env = [sys.executable, "-c", code], {**always, **variables}
        done = subprocess.run(command, env=env, cwd=tmp_path, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    return run


def test_a_worker_does_not_load_libcst(python) -> None:
    assert python(f"{AS_A_WORKER}print('libcst' in sys.modules)") == "False"


def test_what_needs_libcst_gets_it(python) -> None:
    said = python(f"{AS_A_WORKER}{STRIPPED}; print('libcst' in sys.modules)")
    assert said == "def f():\n    pass\n\nTrue"


def test_it_can_be_switched_off(python) -> None:
    look = "import gc; print('libcst' in sys.modules, gc.isenabled(), sys.meta_path[0].__class__.__name__)"
    assert python(AS_A_WORKER + look, AIRFLOW_K8S_QUICK_START="false").startswith("True True")
    assert python(AS_A_WORKER + look).startswith("False False Once")  # the one for the module that is to be run


@pytest.mark.parametrize("words", [["-c", "pass"], ["-m", "airflow"], ["dags/report.py", start.WORKER]])
def test_no_other_program_is_touched(python, words: list[str]) -> None:
    code = AS_A_WORKER.replace("sys.orig_argv[:] = ", f"sys.orig_argv[:] = {['python', *words]} or ")
    assert python(f"{code}import gc; print(gc.isenabled(), 'libcst' in sys.modules)") == "True True"


def test_another_release_of_the_module_is_loaded_wholly(python) -> None:
    asks_for_more = "import libcst as cst\nVisitor = cst.CSTVisitor\ndef remove_task_decorator(): return Visitor\n"
    code = f"""
import sys, importlib.machinery as m, importlib.util as u
from airflow_k8s.start.finders import WithoutLibcst
open("other.py", "w").write({asks_for_more!r})
spec = u.spec_from_file_location("other", "other.py")
spec.loader = WithoutLibcst(spec.loader)
module = u.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.remove_task_decorator().__module__)
"""
    assert python(code).startswith("libcst")


def test_python_calls_it_for_the_module_that_a_pod_runs() -> None:
    (line,) = Path(start.__file__).with_name("airflow_k8s.pth").read_text().splitlines()
    assert line.startswith("import ")  # what site does not start with this, it takes for a path
    assert f'"{start.WORKER}"' in line


@pytest.mark.parametrize(
    "words",
    [
        ["--json-path", "/tmp/workload.json"],
        ["--json-string", '{"type": "ExecuteCallback"}'],
        ["--json-string", "{}"],
        ["--json-string", "no JSON"],
        ["--json-string", "[]"],
        ["--help"],
        [],
    ],
)
def test_what_is_no_task_is_left_to_airflow(words: list[str]) -> None:
    assert workload.task(["execute_workload.py", *words]) is None


def test_a_task_is_ours() -> None:
    said = '{"type": "ExecuteTask", "ti": {}}'
    assert workload.task(["execute_workload.py", "--json-string", said]) == json.loads(said)


def test_a_queue_with_a_coordinator_of_the_sites_own_keeps_it() -> None:
    site = {"jdk": {"classpath": "a.B"}}
    queues, known = workload.coordinators("java", {"java": "jdk"}, site)
    assert queues == {"java": "jdk"} and known["jdk"] == site["jdk"]
    queues, known = workload.coordinators("default", {"java": "jdk"}, site)
    assert queues == {"default": workload.OURS, "java": "jdk"} and {*known} == {workload.OURS, "jdk"}
