"""Where a worker's imports are found that cost much and bring nothing. Each is asked once, and steps aside."""

import importlib
import sys
from collections.abc import Collection
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from airflow_k8s.start import WORKER

DECORATORS = "airflow.sdk.definitions._internal.decorators"
"""Imports libcst, a parser of Python, for one function: ``remove_task_decorator``, which few tasks ever call."""


def install(levers: Collection[str]) -> None:
    """Have those asked before Python's own that belong to a lever.

    Args:
        levers: names of ``start.LEVERS``.
    """
    found = {"sdk": Once(WORKER, _workload), "libcst": Once(DECORATORS, _without_libcst)}
    sys.meta_path[:0] = [finder for lever, finder in found.items() if lever in levers]


class Once(MetaPathFinder):
    """Finds one module, once.

    Args:
        name: the module's.
        find: says where it is; takes its name and the path of its package.
    """

    def __init__(self, name: str, find: Any) -> None:
        self._name, self._find = name, find

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """Where the module is, as ``importlib`` asks; None leaves it to the next finder."""
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec: ModuleSpec | None = self._find(fullname, path)
        return spec


def _workload(name: str, path: Any) -> ModuleSpec | None:
    return spec_from_file_location(name, Path(__file__).with_name("workload.py"))


def _without_libcst(name: str, path: Any) -> ModuleSpec | None:
    spec = PathFinder.find_spec(name, path)
    if spec and spec.loader and "libcst" not in sys.modules:
        spec.loader = WithoutLibcst(spec.loader)
    return spec


class WithoutLibcst(Loader):
    """Loads the module as it is, but libcst with the first call that needs it.

    Args:
        loader: Python's own.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As Python does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run it with a stand-in for libcst, of which only a base class is asked for; wholly where that fails."""
        sys.modules["libcst"] = stand_in = ModuleType("libcst")
        stand_in.CSTTransformer = object  # type: ignore[attr-defined]
        try:
            self._loader.exec_module(module)
            module.remove_task_decorator = _late(module.__name__)  # type: ignore[attr-defined]
        except Exception:  # another release of Airflow may ask for more
            del sys.modules["libcst"]
            self._loader.exec_module(module)
        finally:
            if sys.modules.get("libcst") is stand_in:
                del sys.modules["libcst"]


def _late(name: str) -> Any:
    def remove_task_decorator(*words: str, **named: str) -> str:
        whole = importlib.reload(sys.modules[name])
        clean: str = whole.remove_task_decorator(*words, **named)
        return clean

    return remove_task_decorator
