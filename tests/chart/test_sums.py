"""Sums that must come out, checked before anything is installed."""

from inspect import getsource
from typing import Any

import pytest

from tests.chart.rendered import refusal, render

EXTERNAL = {"postgres": {"enabled": False}, "database": {"host": "db", "passwordSecret": {"name": "password"}}}
SMALL = {"database": {"sql_alchemy_pool_size": 2, "sql_alchemy_max_overflow": 3}}
POOLED = {"pgbouncer": {"enabled": True}}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"postgres": {"maxConnections": 82}},
            "The platform may open 75 connections to its database (apiServer 1 x 30, dagProcessor 1 x 15, scheduler "
            "1 x 15, triggerer 1 x 15), and of the 82 that it accepts 8 are kept for migrations, probes and you. "
            "Set postgres.maxConnections to 83 or more, or make config.database.sql_alchemy_pool_size or "
            "sql_alchemy_max_overflow smaller, or set pgbouncer.enabled=true.",
        ),
        (
            EXTERNAL | {"apiServer": {"autoscaling": {"min": 1, "max": 4, "cpu": 80}}},
            "The platform may open 165 connections to its database (apiServer 4 x 30, dagProcessor 1 x 15, scheduler "
            "1 x 15, triggerer 1 x 15), and of the 100 that it accepts 8 are kept for migrations, probes and you. "
            "Let the database accept 173 or more and set database.maxConnections, or make "
            "config.database.sql_alchemy_pool_size or sql_alchemy_max_overflow smaller, or set pgbouncer.enabled=true.",
        ),
        (
            {"postgres": {"maxConnections": 27}} | POOLED,
            "The platform may open 20 connections to its database (PgBouncer 1 x 20), and of the 27 that it accepts 8 "
            "are kept for migrations, probes and you. Set postgres.maxConnections to 28 or more, or make "
            "pgbouncer.poolSize smaller.",
        ),
        (
            {"pgbouncer": {"enabled": True, "maxClients": 74}},
            "The platform may open 75 connections (apiServer 1 x 30, dagProcessor 1 x 15, scheduler 1 x 15, triggerer "
            "1 x 15), and a pod of PgBouncer takes 74. Set pgbouncer.maxClients to 75 or more, or make "
            "config.database.sql_alchemy_pool_size or sql_alchemy_max_overflow smaller.",
        ),
        (
            {"config": {"execution_api": {"jwt_expiration_time": 1499}}},
            "A task's token may end while the scheduler still waits for the task: it lives 1499 s and is renewed in "
            "its last fifth, and a silent task is given up after 300 s. Set config.execution_api.jwt_expiration_time "
            "to 1500 or more, or config.scheduler.task_instance_heartbeat_timeout to 299 or less.",
        ),
    ],
    ids=["bundled", "external", "PgBouncer's connections", "PgBouncer's clients", "token"],
)
def test_should_fail_with_the_sum_and_a_way_out_when(values: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(values)


@pytest.mark.parametrize(
    "values",
    [
        {"postgres": {"maxConnections": 83}},
        {"postgres": {"maxConnections": 28}} | POOLED,
        {"postgres": {"maxConnections": 33}, "config": SMALL},
        {"pgbouncer": {"enabled": True, "maxClients": 75}},
        {"config": {"execution_api": {"jwt_expiration_time": 1500}}},
        {"executionApi": {"enabled": True}, "tracking": {"connection": "usage"}},
    ],
    ids=str,
)
def test_should_not_fail_when_it_just_fits(values: dict[str, Any]) -> None:
    assert render(values).objects


@pytest.mark.parametrize(
    ("values", "term"),
    [
        ({"executionApi": {"enabled": True}}, "executionApi 2 x 30"),
        ({"tracking": {"connection": "usage"}}, "tracking 1 x 15"),
        ({"config": {"api": {"workers": 2}}}, "apiServer 1 x 60"),
        ({"config": SMALL, "scheduler": {"replicas": 9}}, "scheduler 9 x 5"),
        ({"triggerer": {"replicas": 4}}, "triggerer 4 x 15"),
    ],
    ids=str,
)
def test_everybody_who_opens_connections_is_counted(values: dict[str, Any], term: str) -> None:
    assert term in refusal(values | {"postgres": {"maxConnections": 20}})


def test_what_the_sums_take_for_granted_is_airflows_own_default() -> None:
    from airflow.configuration import conf

    def default(section: str, key: str) -> int:
        return int(conf.configuration_description[section]["options"][key]["default"])

    pool = default("database", "sql_alchemy_pool_size") + default("database", "sql_alchemy_max_overflow")
    assert f"scheduler 1 x {pool}" in refusal({"postgres": {"maxConnections": 20}})
    token = refusal({"config": {"execution_api": {"jwt_expiration_time": None}}})
    assert f"it lives {default('execution_api', 'jwt_expiration_time')} s" in token
    assert f"given up after {default('scheduler', 'task_instance_heartbeat_timeout')} s" in token


def test_a_token_for_the_queue_lives_as_long_as_the_queue_has_patience() -> None:
    # Airflow makes the two one; were they two again, a sum would be missing here.
    from airflow.executors.workloads import base

    assert 'valid_for = conf.getfloat("scheduler", "task_queued_timeout")' in getsource(base)


def test_the_bundled_database_accepts_what_the_values_say() -> None:
    pod = render({"postgres": {"maxConnections": 321}}).pods()["postgres"]
    assert pod.main["args"] == ["-c", "max_connections=321"]
