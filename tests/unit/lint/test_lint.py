"""The command, on real files, as an analyst runs it; all files in one go, because to import Airflow takes seconds."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from airflow_k8s.lint import facts, reading
from tests.corpus import CATALOGUE, MISTAKES, Mistake, refused

NO_DAG = "from airflow.sdk import DAG\n"

UNKNOWN_IMAGE = """
    from airflow.sdk import DAG, task
    with DAG("nightly"):
        @task(executor_config={"image": "r-dta"})
        def load(): ...
        load()
    """

WRONG = {
    "unknown_image": (
        UNKNOWN_IMAGE,
        '5: error: Task "load" of DAG "nightly" in unknown_image.py: There is no image "r-dta". '
        'Tasks can run on base, python-data and r-data. Write "r-data". [policy]',
    ),
    "library_that_no_image_has": (
        NO_DAG + "from rpy2 import robjects",
        "2: error: The DAG processor has no rpy2, so the DAG would not load. "
        "Import it inside the task that uses it. [import]",
    ),
    "heavy_library_that_is_lacking": (
        NO_DAG + "import pandas as pd",
        f"2: error: The DAG processor has no pandas, so the DAG would not load. It takes {facts.load().cost('pandas')} "
        "CPU-seconds at every parse. Import it inside the task that uses it. [import]",
    ),
    "lacking_library": (
        NO_DAG + "import nosuchlib.part",
        "2: error: The DAG processor has no nosuchlib, so the DAG would not load. "
        "Import it inside the task that uses it. [import]",
    ),
    "heavy_import": (
        NO_DAG + "from kubernetes.client import models",
        f"2: warning: kubernetes.client is imported at the top. It takes {facts.load().cost('kubernetes.client')} "
        "CPU-seconds at every parse. Import it inside the task that uses it. [slow-import]",
    ),
    "no_python": (NO_DAG + "def load(:", "2: error: SyntaxError: invalid syntax [import]"),
    "ends_the_process": (
        NO_DAG + "import os\nos._exit(3)",
        "1: error: Reading it ended the process (exit code 3). A DAG file must not exit. "
        "Move that into a task. [import]",
    ),
    "asks_for_a_variable": (
        'from airflow.sdk import DAG, Variable\nVariable.get("month")',
        "2: warning: Asks Airflow for month while it is read, which lint cannot answer. What follows was not judged, "
        "and the DAG processor would ask at every parse. Ask inside a task, or with a template. [unread]",
    ),
    "moving_start_date": (
        """
        import pendulum
        from airflow.sdk import DAG, task
        with DAG("moving", start_date=pendulum.now()):
            task(task_id="nothing")(lambda: None)()
        """,
        "4: warning: `DAG('moving', start_date=pendulum.now())` differs at every parse, and each time makes a new "
        "version of the DAG. Don't use runtime-varying value as argument in Dag constructor. "
        "Write a fixed value. [varying]",
    ),
    "moving_default": (
        """
        from datetime import datetime
        from airflow.sdk import DAG, task
        with DAG("moving_default", default_args={"start_date": datetime.now()}):
            task(task_id="nothing")(lambda: None)()
        """,
        "4: warning: `DAG('moving_default', default_args={'start_date': datetime.now()})` differs at every parse, and "
        "each time makes a new version of the DAG. Don't use runtime-varying value as argument in Dag constructor. "
        "Write a fixed value. [varying]",
    ),
    "starts_a_program": (
        NO_DAG + "import subprocess\ntry:\n    subprocess.run(['git', 'pull'])\nexcept OSError: pass",
        "4: warning: While it is read, this file wants to start git, which lint does not do. "
        "The DAG processor would, at every parse. Move it into a task. [network]",
    ),
    "needs_what_it_asks_for": (
        NO_DAG + "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')",
        "3: error: Cannot be read without what it wants from outside: urllib.error.URLError: <urlopen error lint does "
        "not connect to 127.0.0.1:9>. What follows was not judged. Move it into a task. [network]",
    ),
}

FINE = {
    "imports_in_tasks": NO_DAG + "def load():\n    import nosuchlib",
    "imports_for_types": NO_DAG + "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nosuchlib",
    "can_do_without": NO_DAG + "try:\n    import nosuchlib\nexcept ImportError:\n    pass",
    "module_beside_it": NO_DAG + "import helpers",
    "no_dag_at_all": "print('no d' + 'ag')",
}

CALLS = """
    from airflow.sdk import DAG
    import socket, psycopg2
    for call in (
        lambda: socket.create_connection(("127.0.0.1", {port}), timeout=1),
        lambda: psycopg2.connect(host="127.0.0.1", port={port}, connect_timeout=1),
    ):
        try:
            call()
        except (OSError, psycopg2.OperationalError):
            pass
    """


def run(*words: str | Path) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).with_name("airflow-k8s"), "lint", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        yield listening


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, server: socket.socket) -> Path:
    dags = tmp_path_factory.mktemp("dags")
    texts = {name: text for name, (text, _) in WRONG.items()} | FINE
    texts |= {"helpers": "ONE = 1\n", "calls": CALLS.format(port=server.getsockname()[1])}
    for name, text in texts.items():
        (dags / f"{name}.py").write_text(dedent(text))
    return dags


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, list[str]]:
    """What lint says of each file of the folder."""
    done = run(folder, "--catalogue", CATALOGUE)
    assert done.returncode == 1, done.stderr
    lines: dict[str, list[str]] = {path.stem: [] for path in folder.glob("*.py")}
    for line in done.stdout.splitlines()[:-1]:
        name, _, rest = line.partition(".py:")
        lines[Path(name).stem].append(rest)
    return lines


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_line(said: dict[str, list[str]], name: str) -> None:
    assert WRONG[name][1] in said[name]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What lint says of each mistake of the corpus, errors alone."""
    bundle = tmp_path_factory.mktemp("bundle")
    for case in MISTAKES:
        case.write(bundle)
    done = run(bundle, "--catalogue", CATALOGUE, "--format", "json")
    return refused(done.stdout)


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case.name)
def test_every_mistake_of_the_corpus_is_told_as_the_cluster_tells_it(
    judged: dict[str, list[str]], case: Mistake
) -> None:
    assert judged[case.name] == [case.message]


def test_a_file_alone_is_judged_as_its_team_where_the_root_is_named(tmp_path: Path) -> None:
    (case,) = [case for case in MISTAKES if case.name == "more_than_the_team_may_have"]
    file = replace(case, folder="finance", dag=case.dag.replace('"owner": "ada"', "")).write(tmp_path)
    assert run(file, "--catalogue", CATALOGUE).returncode == 0
    done = run(file, "--catalogue", CATALOGUE, "--root", tmp_path)
    assert f'DAG "{case.name}" in finance/{case.name}.py: {case.sentence}' in done.stdout


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_passes(said: dict[str, list[str]], name: str) -> None:
    assert said[name] == []


def test_no_connection_is_opened_by_python_or_by_a_library_in_c(
    said: dict[str, list[str]], server: socket.socket
) -> None:
    assert f"wants to connect to 127.0.0.1:{server.getsockname()[1]}" in said["calls"][0]
    with pytest.raises(TimeoutError):
        server.accept()


def test_programs_read_json_and_warnings_fail_where_that_is_asked_for(folder: Path) -> None:
    done = run(folder / "starts_a_program.py", "--format", "json", "--strict")
    assert [(one["line"], one["level"], one["rule"]) for one in json.loads(done.stdout)] == [(4, "warning", "network")]
    assert done.returncode == 1


def test_github_shows_it_beside_the_line_and_warnings_pass(folder: Path) -> None:
    done = run(folder / "starts_a_program.py", "--format", "github")
    assert done.stdout.startswith("::warning file=")
    assert "starts_a_program.py,line=4,title=network::While it is read" in done.stdout
    assert done.returncode == 0


def test_without_a_catalogue_it_says_what_was_not_judged(folder: Path) -> None:
    done = run(folder / "unknown_image.py")
    assert (
        done.stdout == "1 file, 1 DAG: no errors, no warnings. Images and sizes were not judged: name a --catalogue.\n"
    )
    assert done.returncode == 0


def test_a_path_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path / "dgas")
    assert done.returncode == 1
    assert "dgas. It was named on the command line. Name what is there." in done.stdout.replace("\n", "")


def test_a_file_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.5)
    monkeypatch.setattr(reading, "_read", lambda *_: time.sleep(60))
    (read,) = reading.read_all([tmp_path / "slow.py"], tmp_path, jobs=1)
    assert read.errors == ("It was not read to its end within 0.5 s. Something in it waits. Move that into a task.",)
