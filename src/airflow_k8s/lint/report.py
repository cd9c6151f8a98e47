"""How findings are told: to a person, to a program, and to GitHub."""

import json
from collections.abc import Iterable

from airflow_k8s.lint.findings import Finding, Level


def text(findings: Iterable[Finding]) -> str:
    """A line each, as compilers and editors have them.

    Example:
        >>> print(text([Finding("dags/a.py", 4, Level.ERROR, "policy", "There is no image.")]))
        dags/a.py:4: error: There is no image. [policy]
    """
    return "\n".join(f"{one.file}:{one.line}: {one.level}: {one.message} [{one.rule}]" for one in findings)


def as_json(findings: Iterable[Finding]) -> str:
    """A list of objects.

    Example:
        >>> as_json([])
        '[]'
    """
    return json.dumps([{field: getattr(one, field) for field in Finding.__slots__} for one in findings], indent=2)


def github(findings: Iterable[Finding]) -> str:
    """Commands that GitHub shows beside the lines of a pull request.

    Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions

    Example:
        >>> github([Finding("dags/a.py", 4, Level.WARNING, "varying", "100%")])
        '::warning file=dags/a.py,line=4,title=varying::100%25'
    """
    return "\n".join(
        f"::{one.level} file={_property(one.file)},line={one.line},title={_property(one.rule)}::{_data(one.message)}"
        for one in findings
    )


FORMATS = {"text": text, "json": as_json, "github": github}


def summary(files: int, dags: int, findings: list[Finding]) -> str:
    """What a person reads last.

    Example:
        >>> summary(1, 2, [])
        '1 file, 2 DAGs: no errors, no warnings.'
    """
    levels = [sum(one.level is level for one in findings) for level in (Level.ERROR, Level.WARNING)]
    bad = ", ".join(_counted(count, word) for count, word in zip(levels, ("error", "warning"), strict=True))
    return f"{_counted(files, 'file')}, {_counted(dags, 'DAG')}: {bad}."


def _counted(count: int, word: str) -> str:
    return f"{count or 'no'} {word}{'' if count == 1 else 's'}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
