"""`config` is judged by the options that Airflow has: in helm, and by `airflow-k8s values check`."""

from typing import Any

import pytest

from airflow_k8s.values import options
from tests.chart.rendered import refusal, render

WRONG = {
    ("core", "paralelism"): (
        "There is no option config.core.paralelism in Airflow 3.3.2. Did you mean parallelism?",
        "There is no option config.core.paralelism in Airflow 3.3.2. Did you mean config.core.parallelism?",
    ),
    ("core", "load_exmples"): (
        "There is no option config.core.load_exmples in Airflow 3.3.2. Did you mean load_examples?",
        "There is no option config.core.load_exmples in Airflow 3.3.2. Did you mean config.core.load_examples?",
    ),
    ("webserver", "base_url"): ("config.webserver.base_url is called config.api.base_url in Airflow 3.3.2.",) * 2,
    ("smtp", "smtp_user"): (
        "config.smtp.smtp_user is gone from Airflow 3.3.2. Please use the SMTP connection (`smtp_default`).",
    )
    * 2,
    ("shceduler", "task_queued_timeout"): (
        "There is no option config.shceduler.task_queued_timeout in Airflow 3.3.2. Sections: api, api_auth,",
        "Did you mean config.scheduler.task_queued_timeout?",
    ),
    ("celery", "worker_concurrency"): ("An option of a provider of your own goes below configUnchecked.",) * 2,
    ("core", "refresh_interval"): (
        "There is no option config.core.refresh_interval in Airflow 3.3.2.",
        "Did you mean config.dag_processor.refresh_interval?",
    ),
}


def test_the_chart_knows_the_options_of_the_airflow_that_is_locked() -> None:
    assert options.FILE.read_text() == options.text(), "Airflow changed: run `airflow-k8s values write`"


@pytest.mark.parametrize(("section", "option"), WRONG)
def test_helm_refuses_an_option_that_airflow_lacks(section: str, option: str) -> None:
    assert WRONG[section, option][0] in refusal({"config": {section: {option: 1}}})


@pytest.mark.parametrize(("section", "option"), WRONG)
def test_the_command_says_it_with_the_near_match(section: str, option: str) -> None:
    assert WRONG[section, option][1] in (options.load().problem(section, option) or "")


@pytest.mark.parametrize(
    ("section", "option"), [("database", "sql_alchemy_conn_cmd"), ("fab", "cookie_secure"), ("common.io", "x")]
)
def test_both_agree_on_what_is_known(section: str, option: str) -> None:
    # A secret may come from a command; a section may have a dot.
    taken: bool | str = options.load().problem(section, option) or True
    if taken is True:
        render({"config": {section: {option: "x"}}})
    else:
        assert f"config.{section}.{option}" in refusal({"config": {section: {option: "x"}}})


def test_options_of_a_providers_own_are_taken_unchecked_and_beside_the_checked() -> None:
    values: dict[str, Any] = {"core": {"mine": "x"}, "celery": {"worker_concurrency": 16}}
    config = render({"configUnchecked": values, "config": {"core": {"parallelism": 7}}}).config()
    assert config["AIRFLOW__CORE__MINE"] == "x"
    assert config["AIRFLOW__CELERY__WORKER_CONCURRENCY"] == "16"
    assert config["AIRFLOW__CORE__PARALLELISM"] == "7"


def test_a_secret_is_refused_unchecked_too() -> None:
    assert "would show a secret" in refusal({"configUnchecked": {"core": {"fernet_key": "x"}}})
