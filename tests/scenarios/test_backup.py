"""A platform whose database is backed up, loses something, and has it again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from airflow_k8s.cli import commands
from airflow_k8s.errors import UserError
from airflow_k8s.paths import KUBECONFIG
from airflow_k8s.platform.apart import Release, installed

NAME = "backup"
WHERE = [f"--release={NAME}", f"--namespace={NAME}", f"--kubeconfig={KUBECONFIG}"]


def replicas(release: Release) -> dict[str, int]:
    return {one["metadata"]["name"]: one["spec"]["replicas"] for one in release.json("deployments")["items"]}


def restore(file: Path) -> None:
    CliRunner().invoke(commands, ["database", "restore", str(file), "--yes", *WHERE], catch_exceptions=False)


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    with installed(NAME, {}) as release:
        yield release


@pytest.fixture(scope="module")
def dump(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup from when there was a variable, which was deleted after it."""
    file = tmp_path_factory.mktemp("backup") / "airflow.dump"
    with release.signed_in() as airflow:
        airflow.post("/variables", {"key": "kept", "value": "a long story"})
        CliRunner().invoke(commands, ["database", "backup", str(file), *WHERE], catch_exceptions=False)
        airflow.delete("/variables/kept")
    return file


def test_a_dump_of_another_airflow_is_refused_and_changes_nothing(dump: Path, release: Release) -> None:
    before = replicas(release)
    ((revision,),) = release.sql("select version_num from alembic_version;")
    release.sql("update alembic_version set version_num = 'another';")
    with pytest.raises(UserError, match=f"revision .*{revision}.*; the database has .*another"):
        restore(dump)
    release.sql(f"update alembic_version set version_num = '{revision}';")  # noqa: S608 - it was read there
    assert replicas(release) == before


def test_a_dump_that_was_cut_off_is_refused_and_changes_nothing(dump: Path, release: Release, tmp_path: Path) -> None:
    before, variables = replicas(release), release.sql("select count(*) from dag_run; select count(*) from variable;")
    cut = tmp_path / "cut.dump"
    cut.write_bytes(dump.read_bytes()[:-2000])
    with pytest.raises(UserError):
        restore(cut)
    assert replicas(release) == before
    assert release.sql("select count(*) from dag_run; select count(*) from variable;") == variables


def test_what_was_lost_is_there_again_and_the_servers_run(dump: Path, release: Release) -> None:
    before = replicas(release)
    assert release.sql("select key from variable;") == []
    restore(dump)
    assert replicas(release) == before
    with release.signed_in() as airflow:
        assert airflow.get("/variables/kept")["value"] == "a long story"
    for server in before:
        release.kubectl("rollout", "status", f"deployment/{server}", "--timeout=180s")
