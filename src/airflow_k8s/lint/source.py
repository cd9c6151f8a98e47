"""What a DAG file's text shows without being run: its imports, and where a task stands."""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception"}


@dataclass(frozen=True)
class Import:
    """A module that is imported while the file is read, not when a task runs.

    Args:
        module: its full name, "airflow.sdk".
        line: where.
    """

    module: str
    line: int

    @property
    def package(self) -> str:
        """The first part of the name: what must be installed."""
        return self.module.split(".")[0]


def imports(text: str) -> list[Import]:
    """The imports that run when the file is read; none where the text is no Python.

    Those in functions run later, those under ``if TYPE_CHECKING`` never, and who catches ImportError can do without.

    Example:
        >>> imports("import os, pandas as pd\\ndef f():\\n    import sklearn")
        [Import(module='os', line=1), Import(module='pandas', line=1)]
    """
    try:
        return [found for node in _read_at_once(ast.parse(text).body) for found in _imports(node)]
    except (SyntaxError, ValueError):
        return []


def is_standard(package: str) -> bool:
    """Whether Python itself brings it.

    Example:
        >>> is_standard("json"), is_standard("pandas")
        (True, False)
    """
    return package in sys.stdlib_module_names


def line_of_task(text: str, task_id: str) -> int:
    """Where a task is defined: its function, or the call with its task_id; 1 where that cannot be seen.

    Example:
        >>> line_of_task("@task\\ndef clean(): ...\\nBashOperator(task_id='load')", "load")
        3
    """
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return 1
    functions = (node.lineno for node in nodes if isinstance(node, ast.FunctionDef) and node.name == task_id)
    calls = (node.lineno for node in nodes if isinstance(node, ast.Call) and _names_task(node, task_id))
    return min([*functions, *calls], default=1)


def _read_at_once(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case ast.If(test=test) if "TYPE_CHECKING" in ast.unparse(test):
                yield from _read_at_once(node.orelse)
            case ast.Try() if _can_do_without(node):
                continue
            case _:
                yield node
                yield from _read_at_once(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))


def _can_do_without(node: ast.Try) -> bool:
    caught = " ".join(ast.unparse(handler.type) if handler.type else "Exception" for handler in node.handlers)
    return any(error in caught for error in _IMPORT_ERRORS)


def _imports(node: ast.stmt) -> Iterator[Import]:
    match node:
        case ast.Import():
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        case ast.ImportFrom(level=0, module=str(module)):
            yield Import(module, node.lineno)


def _names_task(call: ast.Call, task_id: str) -> bool:
    return any(
        word.arg == "task_id" and isinstance(word.value, ast.Constant) and word.value.value == task_id
        for word in call.keywords
    )
