"""PgBouncer: who goes through it, as whom, and to which database."""

from typing import Any

from tests.chart.rendered import Object, Release, refusal, render, variables

DATABASE = {"host": "db", "port": 6000, "passwordSecret": {"name": "password"}}
POOLED = {"pgbouncer": {"enabled": True}}


def test_servers_go_through_pgbouncer_and_migrations_past_it() -> None:
    pods = render(POOLED).pods()
    through = {owner for owner, pod in pods.items() if "@airflow-pgbouncer:6432/" in _url(pod.main)}
    assert through == {"api-server", "scheduler", "dag-processor", "triggerer"}
    assert "@airflow-postgres:5432/" in _url(pods["migrate"].main)


def test_pgbouncer_has_its_password_from_the_secret_that_the_platform_has_it_from() -> None:
    release = render(POOLED)
    for container in release.pods()["pgbouncer"].containers():
        assert variables(container)["PGPASSWORD"] == variables(release.pods()["scheduler"].main)["PGPASSWORD"]


def test_pgbouncer_reaches_the_database_that_the_values_name() -> None:
    text = _ini(render({"postgres": {"enabled": False}, "database": DATABASE} | POOLED))
    assert "* = host=db port=6000" in text


def test_the_users_settings_of_pgbouncer_come_last() -> None:
    settings = {"server_tls_sslmode": "verify-full", "log_connections": 1}
    lines = _ini(render({"pgbouncer": {"enabled": True, "settings": settings}})).splitlines()
    assert lines[-2:] == ["log_connections = 1", "server_tls_sslmode = verify-full"]


def test_pgbouncer_refuses_a_database_that_it_cannot_take_apart() -> None:
    values: dict[str, Any] = {"postgres": {"enabled": False}, "database": {"urlSecret": {"name": "url"}}} | POOLED
    assert (
        "PgBouncer cannot read database.urlSecret: it wants host, user and password apart. "
        "Set database.host and database.passwordSecret.name instead, or pgbouncer.enabled=false."
    ) in refusal(values)


def test_nothing_of_the_charts_version_restarts_pgbouncer() -> None:
    labels = render(POOLED).pods()["pgbouncer"].metadata["labels"]
    assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(labels)


def _url(container: Object) -> str:
    return str(variables(container).get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", {}).get("value", ""))


def _ini(release: Release) -> str:
    return str(release.all("ConfigMap")["pgbouncer"]["data"]["pgbouncer.ini"]).strip()
