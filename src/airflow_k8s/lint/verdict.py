"""From what was read and seen to what there is to mend."""

import re
from collections.abc import Iterator
from pathlib import Path

from airflow_k8s.lint import source
from airflow_k8s.lint.facts import Facts
from airflow_k8s.lint.findings import Finding, Level
from airflow_k8s.lint.reading import Reading
from airflow_k8s.lint.source import Import

_POLICY = "AirflowClusterPolicyViolation: "
_NOT_HERE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_NOT_KNOWN = re.compile(r"(VARIABLE|CONNECTION)_NOT_FOUND: .*?(?:Variable|Connection) (\S+) not found|conn_id `(\S+)`")
_VARYING = re.compile(r"Line (\d+), Col \d+\nCode: (.*)\nIssue: (.*)")


def findings(reading: Reading, text: str, root: Path, facts: Facts) -> list[Finding]:
    """Everything to mend in one file, by line.

    Args:
        reading: what came of reading it.
        text: the file's text.
        root: the folder that holds all DAG files.
        facts: what is known of modules.
    """
    imports = source.imports(text)
    found = [*_imports(imports, root, reading, facts), *_calls(reading), *_varying(reading)]
    lacking = {one.package for one in imports if _lacks(one, root, reading, facts)}
    for error in reading.errors:
        found += _error(error, reading, text, lacking, facts)
    return sorted(set(found))


def _imports(imports: list[Import], root: Path, reading: Reading, facts: Facts) -> Iterator[Finding]:
    for one in imports:
        seconds = facts.cost(one.module)
        costs = f" It takes {seconds} CPU-seconds at every parse." if seconds else ""
        if _lacks(one, root, reading, facts):
            what = f"The DAG processor has no {one.package}, so the DAG would not load.{costs}"
            yield _finding(reading, one.line, Level.ERROR, "import", f"{what} Import it inside the task that uses it.")
        elif costs:
            what = f"{one.module} is imported at the top.{costs} Import it inside the task that uses it."
            yield _finding(reading, one.line, Level.WARNING, "slow-import", what)


def _lacks(one: Import, root: Path, reading: Reading, facts: Facts) -> bool:
    """Whether the DAG processor has no such module, and it is none of the DAG folder's own."""
    own = (folder / name for folder in (root, reading.file.parent) for name in (one.package, f"{one.package}.py"))
    return not (source.is_standard(one.package) or one.package in facts.processor or any(map(Path.exists, own)))


def _calls(reading: Reading) -> Iterator[Finding]:
    for call in reading.calls:
        what = f"While it is read, this file wants to {call.what}, which lint does not do."
        why = "The DAG processor would, at every parse."
        yield _finding(reading, call.line, Level.WARNING, "network", f"{what} {why} Move it into a task.")


def _varying(reading: Reading) -> Iterator[Finding]:
    """Airflow's own check, https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html."""
    for warning in reading.warnings:
        for line, code, issue in _VARYING.findall(warning):
            what = f"`{code}` differs at every parse, and each time makes a new version of the DAG."
            yield _finding(reading, int(line), Level.WARNING, "varying", f"{what} {issue}. Write a fixed value.")


def _error(error: str, reading: Reading, text: str, lacking: set[str], facts: Facts) -> Iterator[Finding]:
    if error.startswith(_POLICY):
        for message in error.removeprefix(_POLICY).splitlines():
            task = re.match(r'Task "(?:[^"]*\.)?([^".]+)"', message)
            line = source.line_of_task(text, task[1]) if task else 1
            yield _finding(reading, line, Level.ERROR, "policy", message)
        return
    line, said = _last_line(error, reading.file)
    absent = _NOT_HERE.search(said)
    package = absent[1].split(".")[0] if absent else ""
    if package in lacking:
        return
    if package in facts.processor:
        what = f"This computer has no {package}; the cluster has it. What follows was not judged."
        yield _finding(reading, line, Level.WARNING, "unread", f"{what} Install {package} here.")
    elif unknown := _NOT_KNOWN.search(said):
        what = f"Asks Airflow for {unknown[2] or unknown[3]} while it is read, which lint cannot answer."
        why = "What follows was not judged, and the DAG processor would ask at every parse."
        yield _finding(reading, line, Level.WARNING, "unread", f"{what} {why} Ask inside a task, or with a template.")
    elif reading.calls:
        what = f"Cannot be read without what it wants from outside: {said}. What follows was not judged."
        yield _finding(reading, line, Level.ERROR, "network", f"{what} Move it into a task.")
    else:
        yield _finding(reading, line, Level.ERROR, "import", said)


def _last_line(error: str, file: Path) -> tuple[int, str]:
    """The deepest line of the DAG file that a traceback shows, and what was raised.

    Example:
        >>> _last_line('Traceback\\n  File "/dags/a.py", line 2, in <module>\\nKeyError: 1\\n', Path("/dags/a.py"))
        (2, 'KeyError: 1')
    """
    lines = re.findall(rf'File "{re.escape(str(file))}", line (\d+)', error)
    raised = [line for line in error.strip().splitlines() if line and not line.startswith(" ")]
    return int(lines[-1]) if lines else 1, " ".join(raised[-1:])


def _finding(reading: Reading, line: int, level: Level, rule: str, message: str) -> Finding:
    return Finding(str(reading.file), line, level, rule, message)
