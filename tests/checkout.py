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

    def run(self, *arguments: str, module: str = "airflow_k8s.cli") -> str:
        """Run `airflow-k8s`, or another module, in it and return what it printed; the test fails unless it succeeds."""
        done = self.try_to(*arguments, module=module)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def try_to(self, *arguments: str, module: str = "airflow_k8s.cli") -> subprocess.CompletedProcess[str]:
        script = "from airflow_k8s.cli import main; main()"
        words = ["-c", script] if module == "airflow_k8s.cli" else ["-m", module]
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src")}
        return subprocess.run(
            [sys.executable, *words, *arguments],
            cwd=self.root,
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )

    def add(self, name: str, parent: str, library: str) -> None:
        """Add an image, in the catalogue alone."""
        self.run("images", "new", name, "--from", parent, "--python", library)


def copied(folder: Path) -> Checkout:
    """What git knows and what it would add, as it lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".tools").symlink_to((ROOT / ".tools").resolve())
    return Checkout(folder)
