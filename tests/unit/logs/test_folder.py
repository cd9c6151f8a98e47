"""What is kept, for how long, and that a log read twice is kept once."""

import os
import time
from pathlib import Path

import pytest

from airflow_k8s.logs import folder

LOG = "dag_id=a/run_id=by hand/task_id=t/attempt=1.log"


@pytest.mark.parametrize("log", ["../x", "a/../../x", "/etc/passwd", "", ".", "a/.."])
def test_nothing_outside_the_folder_is_a_log(tmp_path: Path, log: str) -> None:
    with pytest.raises(ValueError, match="is no log"):
        folder.place(tmp_path, log)


def test_a_log_has_the_files_of_all_its_pods_and_of_no_other_try(tmp_path: Path) -> None:
    first = folder.place(tmp_path, LOG)
    for number, suffix in enumerate((".b", ".a", ".trigger.7.log")):
        folder.append(first.with_name(first.name + suffix), b"x")
        os.utime(first.with_name(first.name + suffix), (number, number))
    folder.append(first.with_name("attempt=10.log.c"), b"x")
    folder.append(first.with_name("attempt=1.logs"), b"x")
    assert [file.name.removeprefix("attempt=1.log") for file in folder.files(tmp_path, LOG)] == [
        ".b",
        ".a",
        ".trigger.7.log",
    ]


def test_a_log_that_nobody_wrote_has_no_files(tmp_path: Path) -> None:
    assert folder.files(tmp_path, LOG) == []


def aged(root: Path, name: str, days: float, size: int = 10) -> Path:
    file = root / name
    folder.append(file, b"x" * size)
    then = time.time() - days * folder.DAY
    os.utime(file, (then, then))
    return file


def test_what_is_too_old_goes_with_its_folders(tmp_path: Path) -> None:
    old, young = aged(tmp_path, "a/b/old", 31), aged(tmp_path, "a/young", 29)
    assert folder.sweep(tmp_path, days=30, most=1000) == 10
    assert not old.parent.exists()
    assert young.exists()


def test_where_it_is_too_much_the_oldest_goes_first(tmp_path: Path) -> None:
    files = [aged(tmp_path, f"{days}", days) for days in (3, 2, 1)]
    assert folder.sweep(tmp_path, days=30, most=20) == 20
    assert [file.exists() for file in files] == [False, True, True]


def test_what_is_written_after_its_folder_went_is_kept(tmp_path: Path) -> None:
    file = aged(tmp_path, "a/b/c", 31)
    folder.sweep(tmp_path, days=30, most=1000)
    folder.append(file, b"more")
    assert file.read_bytes() == b"more"


STREAM = "".join(f"line {number} of many\n" for number in range(60)).encode()


@pytest.mark.parametrize("kept", [0, 1, 100, 255, 256, 257, len(STREAM) - 1, len(STREAM)])
@pytest.mark.parametrize("piece", [1, 7, 300, 5000])
def test_a_stream_that_begins_again_goes_on_where_it_broke(tmp_path: Path, kept: int, piece: int) -> None:
    file = tmp_path / "log"
    if kept:
        folder.append(file, STREAM[:kept])
    continued = folder.Continued(file)
    for start in range(0, len(STREAM), piece):
        folder.append(file, continued.news(STREAM[start : start + piece]))
    assert file.read_bytes() == STREAM


def test_a_stream_whose_beginning_is_gone_is_kept_whole(tmp_path: Path) -> None:
    file = tmp_path / "log"
    folder.append(file, STREAM)
    continued = folder.Continued(file)
    assert continued.news(b"another beginning\n" * 20) == b"another beginning\n" * 20
