"""Each file of tests/images/<image>/units/ is run inside that image and all that are built on it."""

from pathlib import Path

from tests.images.conftest import Running

INTERPRETERS = {".py": "python", ".R": "Rscript"}


def test_a_unit_succeeds(running: Running, unit: Path) -> None:
    interpreter = INTERPRETERS[unit.suffix]
    # under a name that no `import` in it can mean
    run_it = f'printf %s "$UNIT" > "/tmp/unit{unit.suffix}" && exec {interpreter} "/tmp/unit{unit.suffix}"'
    running.run("sh", "-c", run_it, UNIT=unit.read_text())
