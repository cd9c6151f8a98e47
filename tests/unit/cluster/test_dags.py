"""Which files go to the DAG volume, and how."""

import io
import tarfile
from pathlib import Path

import pytest

from airflow_k8s.cluster import dags
from airflow_k8s.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("sql.py", "team/model.R", "__pycache__/sql.pyc", ".git/HEAD"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_all_files_but_those_of_tools_are_taken(folder: Path) -> None:
    assert list(dags.files(folder)) == ["sql.py", "team/model.R"]


def test_anyone_may_read_them_whoever_they_belong_to_here(folder: Path) -> None:
    (folder / "sql.py").chmod(0o600)
    (folder / "team" / "model.R").chmod(0o700)
    with tarfile.open(fileobj=io.BytesIO(dags.archive(dags.files(folder)))) as tar:
        assert {entry.name: (entry.uid, oct(entry.mode)) for entry in tar} == {
            "sql.py": (0, "0o644"),
            "team/model.R": (0, "0o755"),
        }


def test_a_link_is_taken_as_the_file_that_it_names(folder: Path) -> None:
    (folder / "link.py").symlink_to("sql.py")
    with tarfile.open(fileobj=io.BytesIO(dags.archive({"link.py": folder / "link.py"}))) as tar:
        assert tar.getmembers()[0].isfile()


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        dags.sync(tmp_path / "nowhere")


def test_a_name_that_two_directories_have_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "sql.py").touch()
    with pytest.raises(UserError, match=r"sql\.py is in two of the directories"):
        dags.files(folder, other)
