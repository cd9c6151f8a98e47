"""Values of other charts: refused by helm with what they are called here, and turned into ours by a command."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from airflow_k8s.values import check, options, schema, table
from airflow_k8s.values.commands import values as commands
from airflow_k8s.values.convert import Conversion, Knowledge, convert
from airflow_k8s.values.generated import FILES
from airflow_k8s.values.shapes import SHAPES
from tests.chart.rendered import GIT, refusal, render, variables

SITE = Path(__file__).parent / "official" / "production-values.yaml"
KNOWN = Knowledge(table.official(), options.load(), table.sections())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_generated_is_current(file: Path) -> None:
    assert file.read_text() == FILES[file](), "Something that it is made of changed: run `airflow-k8s values write`"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"workers": {"replicas": 3}}, "at '/workers': value must be 'written as tasks, images'"),
        ({"webserver": {"replicas": 2}}, "at '/webserver': value must be 'written as apiServer, signIn'"),
        ({"data": {"metadataConnection": {"host": "db"}}}, "at '/data': value must be 'written as database'"),
        ({"postgresql": {"enabled": False}}, "at '/postgresql': value must be 'written as postgres'"),
        (
            {"scheduler": {"extraVolumes": []}},
            "at '/scheduler/extraVolumes': value must be 'written as scheduler.volumes'",
        ),
        ({"images": {"airflow": {"repository": "x"}}}, "at '/images/airflow': value must be 'left out. Another image"),
        (
            {"fernetKeySecretName": "x"},
            "at '/fernetKeySecretName': value must be 'left out. Copy its fernet-key into the Secret",
        ),
        ({"redis": {"enabled": False}}, "at '/redis': value must be 'left out. There is no Celery here;"),
        ({"externalDatabase": {}}, "at '/externalDatabase': value must be 'left out. It is `database`,"),
        ({"airflow": {"executor": "x"}}, "at '/airflow': value must be 'left out. Its options are `config`"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_helm_says_what_the_key_of_another_chart_is_here(values: dict[str, Any], sentence: str) -> None:
    said = refusal(values)
    assert sentence in said
    assert "not allowed" in said or "images" in values  # the schema stays closed, whatever else it says


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"workers": {"nodeSelector": {"a": "b"}}}, {"tasks": {"nodeSelector": {"a": "b"}}}),
        (
            {"workers": {"kubernetes": {"serviceAccount": {"annotations": {"a": 1}}}}},
            {"tasks": {"serviceAccount": {"annotations": {"a": "1"}}}},
        ),
        ({"scheduler": {"env": [{"name": "A", "value": "1"}]}}, {"scheduler": {"env": {"A": "1"}}}),
        ({"webserver": {"service": {"type": "NodePort"}}}, {"apiServer": {"service": {"type": "NodePort"}}}),
        ({"migrateDatabaseJob": {"labels": {"a": "b"}}}, {"migrate": {"podLabels": {"a": "b"}}}),
        (
            {"data": {"metadataSecretName": "meta"}},
            {"database": {"urlSecret": {"name": "meta", "key": "connection"}}, "postgres": {"enabled": False}},
        ),
        ({"registry": {"secretName": "hub"}}, {"imagePullSecrets": [{"name": "hub"}]}),
        ({"allowPodLaunching": False}, {"tasks": {"podOperator": {"enabled": False}}}),
        ({"config": {"core": {"parallelism": 8}}}, {"config": {"core": {"parallelism": 8}}}),
        ({"config": {"webserver": {"base_url": "x"}}}, {"reach": {"url": "x"}}),
        ({"config": {"webserver": {"expose_config": "x"}}}, {"config": {"api": {"expose_config": "x"}}}),
        ({"config": {"common.io": {"xcom_objectstorage_path": "x"}}},) * 2,
        (
            {"config": {"kubernetes": {"running_pod_log_lines": 1}}},
            {"config": {"kubernetes_executor": {"running_pod_log_lines": 1}}},
        ),
        ({"config": {"snowflake": {"a": 1}}}, {"configUnchecked": {"snowflake": {"a": 1}}}),
        ({"config": {"core": {"executor": "X", "fernet_key": "secret"}}}, {}),
        (
            {"dags": {"persistence": {"enabled": True, "existingClaim": "dags"}}},
            {"dags": {"volume": {"claim": "dags"}}},
        ),
        (
            {"dags": {"gitSync": {"repo": "https://git.example.org/dags", "subPath": "dags", "period": "1m30s"}}},
            {"dags": {"git": {"url": "https://git.example.org/dags", "subfolder": "dags", "interval": 90}}},
        ),
        ({"dags": {"gitSync": {"enabled": True, "period": "soon", "credentialsSecret": "git"}}}, {}),
        ({"scheduler": {"podAnnotations": {"a": "{{ .Release.Name }}"}}}, {}),
        ({"extraEnv": "- not: a variable"}, {}),
        ({"redis": {"enabled": True}, "nodeSelector": {}, "fullnameOverride": ""}, {}),
    ],
    ids=json.dumps,
)
def test_a_key_becomes(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert convert(theirs, KNOWN).values == ours


def test_everyones_values_reach_everyone_and_a_components_own_come_over_them() -> None:
    theirs = {
        "scheduler": {"nodeSelector": {"pool": "own"}, "env": [{"name": "A", "value": "own"}]},
        "nodeSelector": {"pool": "all", "disk": "ssd"},
        "env": [{"name": "A", "value": "all"}, {"name": "B", "value": "all"}],
    }
    ours = convert(theirs, KNOWN).values
    assert set(ours) == {"apiServer", "scheduler", "dagProcessor", "triggerer", "migrate", "tasks"}
    assert ours["scheduler"] == {"nodeSelector": {"pool": "own"}, "env": {"A": "own", "B": "all"}}
    assert ours["tasks"]["env"] == {"A": "all", "B": "all"}


@pytest.fixture(scope="module")
def site() -> Conversion:
    """A site's values, as the command turns them into ours."""
    done = CliRunner().invoke(commands, ["convert", str(SITE), "--json"], catch_exceptions=False)
    return Conversion(**json.loads(done.stdout))


def test_a_sites_values_render(site: Conversion) -> None:
    release = render({**site.values, "images": GIT["images"] | site.values.get("images", {})})
    scheduler = release.pods()["scheduler"]
    assert scheduler.spec["nodeSelector"] == {"pool": "platform"}
    assert variables(scheduler.main)["TZ"]["value"] == "UTC"
    assert release.task_pods()["base"].spec["nodeSelector"] == {"pool": "tasks"}


def test_every_key_that_a_site_sets_is_accounted_for(site: Conversion) -> None:
    told = {*site.moved, *site.todo, *site.unneeded}
    for path in _leaves(yaml.safe_load(SITE.read_text()), ""):
        renamed = path.replace("config.kubernetes.", "config.kubernetes_executor.")
        assert any(renamed == key or renamed.startswith(f"{key}.") for key in told), path


def test_no_password_is_shown(site: Conversion) -> None:
    assert "not-shown" in SITE.read_text()
    assert "not-shown" not in json.dumps([site.values, site.moved, site.todo, site.unneeded])


def test_the_file_that_is_written_begins_with_what_is_left_to_do(tmp_path: Path) -> None:
    out = tmp_path / "values.yaml"
    done = CliRunner().invoke(commands, ["convert", str(SITE), "-o", str(out)], catch_exceptions=False)
    assert f"Wrote {out}." in done.output
    assert "#   images.airflow: " in out.read_text()
    assert not check.problems(yaml.safe_load(out.read_text()), schema.load(), options.load())


def test_check_names_the_near_match_and_the_counterpart(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("schedulr: {}\nscheduler: {replica: 1}\nwebserver: {}\nconfig: {core: {paralelism: 1}}\n")
    done = CliRunner().invoke(commands, ["check", str(file), "--json"], catch_exceptions=False)
    assert done.exit_code == 1
    assert json.loads(done.stdout)[str(file)] == {
        "schedulr": "Did you mean scheduler?",
        "scheduler.replica": "Did you mean scheduler.replicas?",
        "webserver": "In this chart it is written as apiServer, signIn",
        "config.core.paralelism": "There is no option config.core.paralelism in Airflow 3.3.2. "
        "Did you mean config.core.parallelism?",
    }


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- a\n")
    for name, sentence in (("none.yaml", "cannot be read"), ("list.yaml", "holds no values")):
        done = CliRunner().invoke(commands, ["check", str(tmp_path / name)])
        assert sentence in str(done.exception)


def test_check_is_content_with_the_charts_own_values() -> None:
    files = [str(schema.FILE.with_name("values.yaml")), *map(str, schema.FILE.parent.glob("ci/*-values.yaml"))]
    assert CliRunner().invoke(commands, ["check", *files], catch_exceptions=False).exit_code == 0


def test_each_row_of_the_table_leads_somewhere() -> None:
    for row in table.official().values():
        assert bool(row.to) or bool(row.todo) != bool(row.unneeded), row.source
        assert row.shape in SHAPES, row.source
        for target in (*row.to, *row.also):
            assert schema.has(target, schema.load()), f"{row.source}: there is no {target}"
    for row in table.community().values():
        assert all(schema.has(target, schema.load()) for target in row.to), row.source


def _leaves(node: Any, path: str) -> list[str]:
    if not isinstance(node, dict) or not node:
        return [path] if node not in (None, {}, [], "") else []
    return [leaf for key, child in node.items() for leaf in _leaves(child, f"{path}.{key}".strip("."))]
