"""What a release as a whole promises: keys that stay, migrations that end, restarts only where something changed."""

import re
from typing import Any

import pytest

from airflow_k8s.paths import CHART
from tests.chart.rendered import Release, helm, render, variables

SERVERS = ("api-server", "scheduler", "dag-processor", "triggerer")


def test_two_renders_are_equal_byte_for_byte() -> None:
    assert helm("template", "airflow").stdout == helm("template", "airflow").stdout


def test_the_keys_are_made_before_everything_else_and_helm_does_not_own_them(release: Release) -> None:
    assert "Secret" not in {found["kind"] for found in release.objects}
    if "keys" in release.all("Job"):
        hook = release.all("Job")["keys"]["metadata"]["annotations"]
        assert hook["helm.sh/hook"] == "pre-install,pre-upgrade"


def test_keys_of_ones_own_replace_the_job_and_its_rights() -> None:
    release = render({"keys": {"existingSecret": "mine"}})
    assert not [name for kind in ("Job", "Role", "ServiceAccount") for name in release.all(kind) if name == "keys"]
    fernet = variables(release.pods()["scheduler"].main)["AIRFLOW__CORE__FERNET_KEY"]
    assert fernet["valueFrom"]["secretKeyRef"]["name"] == "mine"


def test_the_migration_is_an_ordinary_job_that_goes_away(release: Release) -> None:
    (job,) = [job for name, job in release.all("Job").items() if name.startswith("migrate")]
    assert "annotations" not in job["metadata"]
    assert job["spec"]["ttlSecondsAfterFinished"] > 0


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"images": {"base": {"tag": "other"}}}, True),
        ({"migrate": {"patience": 10}}, True),
        ({"apiServer": {"replicas": 2}}, False),
    ],
)
def test_the_migrations_name_follows_its_text(values: dict[str, Any], changes: bool) -> None:
    assert (_migration(render(values)) != _migration(render())) is changes


def test_a_migration_that_failed_does_not_stand_in_the_way() -> None:
    # Its name is the next upgrade's too: it goes on trying, and ends by itself once the cause is mended.
    job = render().all("Job")[_migration(render())]["spec"]
    assert job["template"]["spec"]["restartPolicy"] == "OnFailure"
    assert job["backoffLimit"] >= 100


def test_no_template_looks_at_the_cluster_or_counts_upgrades() -> None:
    # What such a template renders depends on when: `airflow-k8s up` and GitOps tools would see a change in nothing.
    for file in (CHART / "templates").rglob("*.*"):
        assert not re.search(r"\blookup\b|\brand|\bgen[A-Z]|\bnow\b|\.Release\.(Revision|Is)", file.read_text()), file


@pytest.mark.parametrize(
    ("values", "restarted"),
    [
        ({"config": {"core": {"parallelism": 7}}}, {*SERVERS}),
        ({"keys": {"existingSecret": "mine"}}, {*SERVERS, "postgres"}),
        ({"images": {"mine": {"repository": "mine", "tag": "1"}}}, {"scheduler", "dag-processor"}),
        ({"apiServer": {"podLabels": {"team": "a"}}}, {"api-server"}),
        ({"apiServer": {"service": {"type": "NodePort"}}}, set[str]()),
        ({"imagePullSecrets": [{"name": "registry"}]}, {*SERVERS, "postgres"}),
        ({"tasks": {"podLabels": {"team": "a"}}}, set[str]()),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value),
)
def test_a_change_restarts_whom_it_concerns(values: dict[str, Any], restarted: set[str]) -> None:
    before, after = render().pods(), render(values).pods()
    changed = {owner for owner in (*SERVERS, "postgres") if before[owner] != after[owner]}
    assert changed == restarted


def test_the_users_options_win_over_the_charts() -> None:
    values = {"core": {"executor": "KubernetesExecutor,LocalExecutor", "parallelism": 1000000}}
    config = render({"config": values}).config()
    assert config["AIRFLOW__CORE__EXECUTOR"] == "KubernetesExecutor,LocalExecutor"
    assert config["AIRFLOW__CORE__PARALLELISM"] == "1000000"


def test_an_option_set_to_null_is_airflows_own_default_again() -> None:
    assert "AIRFLOW__CORE__PARALLELISM" not in render({"config": {"core": {"parallelism": None}}}).config()


def test_a_structured_option_becomes_json() -> None:
    bundles = [{"name": "team", "classpath": "x.Y", "kwargs": {}}]
    config = render({"config": {"dag_processor": {"dag_bundle_config_list": bundles}}}).config()
    assert config["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"] == '[{"classpath":"x.Y","kwargs":{},"name":"team"}]'


def test_a_section_with_a_dot_is_spelt_as_airflow_reads_it() -> None:
    config = render({"configUnchecked": {"team.a": {"some_key": True}}}).config()
    assert config["AIRFLOW__TEAM_A__SOME_KEY"] == "true"


UNDOCUMENTED = {"AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES"}
"""What the scheduler reads, though Airflow's list of options has it not (airflow/jobs/scheduler_job_runner.py)."""


def test_options_are_ones_that_airflow_has(release: Release) -> None:
    from airflow.configuration import conf
    from airflow.providers_manager import ProvidersManager

    ProvidersManager().initialize_providers_configuration()
    known = {
        f"AIRFLOW__{section}__{key}".upper()
        for section, description in conf.configuration_description.items()
        for key in description["options"]
    }
    assert set(release.config()) - UNDOCUMENTED <= known


@pytest.mark.parametrize(
    ("set_up", "url"),
    [
        ("kind", "postgresql+psycopg2://airflow@airflow-postgres:5432/airflow"),
        ("external-database", "postgresql+psycopg2://airflow%40prod@postgres.example.org:6432/airflow_prod"),
    ],
)
def test_the_database_url_holds_no_password(set_up: str, url: str) -> None:
    own = variables(render(set_up=set_up).pods()["scheduler"].main)
    assert own["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]["value"] == url
    assert "secretKeyRef" in own["PGPASSWORD"]["valueFrom"]


def test_a_whole_url_comes_from_its_secret() -> None:
    own = variables(render(set_up="database-url").pods()["scheduler"].main)
    assert own["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]["valueFrom"]["secretKeyRef"] == {
        "name": "airflow-database",
        "key": "uri",
    }
    assert "PGPASSWORD" not in own


def test_another_database_is_looked_at_before_anything_is_changed() -> None:
    hook = render(set_up="external-database").all("Job")["preflight"]["metadata"]["annotations"]
    assert hook["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert "preflight" not in render().all("Job")


def test_what_runs_before_the_release_needs_nothing_of_it(release: Release) -> None:
    for name, job in release.all("Job").items():
        if "helm.sh/hook" in job["metadata"].get("annotations", {}):
            assert "configMap" not in str(job["spec"]), name


def test_another_database_means_none_of_ours() -> None:
    release = render(set_up="external-database")
    assert "postgres" not in release.all("StatefulSet")
    assert "postgres" not in release.all("ServiceAccount")


def test_no_postgres_pod_changes_with_the_charts_version() -> None:
    labels = render().pods()["postgres"].metadata["labels"]
    assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(labels)


def _migration(release: Release) -> str:
    return next(name for name in release.all("Job") if name.startswith("migrate"))
