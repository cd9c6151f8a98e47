"""A copy of this checkout as it is now, for what changes one."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from airflow_k8s.paths import ROOT


@dataclass(frozen=True)
class Checkout:
    """A checkout in a folder of its own, that shares only the tools and the Python environment with this one."""

    root: Path

    def run(self, *arguments: str) -> str:
        """Run `airflow-k8s` in it and return what it printed; the test fails unless it succeeds."""
        return self.python("-c", "from airflow_k8s.cli import main; main()", *arguments)

    def python(self, *arguments: str) -> str:
        """Run Python in it, as above."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root / "src")},
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def copied(folder: Path) -> Checkout:
    """What git knows here and what it would add, as it is now."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, text=True, capture_output=True, check=True).stdout.split("\0")
    for name in (name for name in listed if (ROOT / name).is_file()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".tools").symlink_to((ROOT / ".tools").resolve())
    return Checkout(folder)
