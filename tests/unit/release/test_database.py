"""What is said when the database does not let us in, and how long we go on asking."""

import socket
from collections.abc import Callable, Iterator

import pytest
import yaml
from airflow.configuration import conf

from airflow_k8s.paths import CHART
from airflow_k8s.release import database
from airflow_k8s.release.database import NoDatabaseError

SERVER = 'connection to server at "db" (10.0.0.1), port 5432 failed: '


@pytest.mark.parametrize(
    ("words", "what", "passes"),
    [
        ('could not translate host name "db" to address: Name or service not known', "host name is unknown", True),
        (f"{SERVER}Connection refused\n\tIs the server running on that host?", "Nothing listens", True),
        (f"{SERVER}timeout expired", "does not answer", True),
        (f"{SERVER}No route to host", "no way to the database's host", True),
        (f"{SERVER}FATAL:  the database system is starting up", "starting or stopping", True),
        (f"{SERVER}FATAL:  sorry, too many clients already", "no connection left", True),
        (f'{SERVER}FATAL:  password authentication failed for user "airflow"', "refuses the password", False),
        (f"{SERVER}fe_sendauth: no password supplied", "refuses the password", False),
        (f'{SERVER}FATAL:  database "airflw" does not exist', "no database of that name", False),
        (f'{SERVER}FATAL:  role "airflw" does not exist', "knows no such user", False),
        (f'{SERVER}FATAL:  no pg_hba.conf entry for host "10.0.0.2"', "admits no such user", False),
        ("something nobody has seen before", "cannot be reached", True),
    ],
)
def test_each_refusal_has_its_sentence(words: str, what: str, passes: bool) -> None:
    refusal = database.explain(words)
    assert what in refusal.what
    assert refusal.passes is passes


def test_the_sentence_keeps_the_servers_own_words_on_one_line() -> None:
    said = str(NoDatabaseError(f"{SERVER}Connection refused\n\tIs the server running?"))
    assert "\n" not in said
    assert "Connection refused Is the server running?" in said
    assert said.endswith("Check database.port.")


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("postgresql+psycopg2://a@db/x", "postgresql://a@db/x"),
        ("postgresql://a:b@db:5432/x?sslmode=require", "postgresql://a:b@db:5432/x?sslmode=require"),
        ("postgres://a@db/x", "postgresql://a@db/x"),
    ],
)
def test_a_url_loses_sqlalchemys_driver_and_nothing_else(url: str, plain: str) -> None:
    assert database.dsn(url) == plain


def answers(*given: bool | str | None) -> Callable[[], bool | None]:
    """A question that is answered in turn: a text is a refusal in libpq's words."""
    turns: Iterator[bool | str | None] = iter(given)

    def ask() -> bool | None:
        answer = next(turns)
        if isinstance(answer, str):
            raise NoDatabaseError(answer)
        return answer

    return ask


def test_waits_while_waiting_may_help() -> None:
    assert database.until(answers("Connection refused", None, True), patience=9, pause=0) is True


def test_says_each_reason_for_waiting_once(capsys: pytest.CaptureFixture[str]) -> None:
    database.until(answers("Connection refused", "Connection refused", None, None, True), pause=0)
    assert capsys.readouterr().out.splitlines() == [
        "Waiting: Nothing listens on the database's host and port.",
        "Waiting: The tables are not there yet.",
    ]


def test_gives_up_at_once_on_a_wrong_password() -> None:
    with pytest.raises(NoDatabaseError, match="refuses the password"):
        database.until(answers("password authentication failed"), patience=600, pause=0)


def test_gives_up_when_its_patience_is_over() -> None:
    with pytest.raises(NoDatabaseError, match="Nothing listens"):
        database.until(answers("Connection refused"), patience=0, pause=0)


def test_a_host_that_nobody_knows_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.URL, "postgresql+psycopg2://airflow@no-such-host.invalid/airflow")
    with pytest.raises(NoDatabaseError, match="host name is unknown"), database.cursor():
        pass


def test_a_port_where_nobody_listens_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.URL, "postgresql+psycopg2://airflow@127.0.0.1:1/airflow")
    with pytest.raises(NoDatabaseError, match="Nothing listens"), database.cursor():
        pass


def test_a_host_that_says_nothing_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.CONNECT_ARGS, "connect_timeout", 2)  # the least that libpq knows
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv(database.URL, f"postgresql+psycopg2://airflow@127.0.0.1:{port}/airflow")
        with pytest.raises(NoDatabaseError, match="does not answer"), database.cursor():
            pass


def test_the_chart_gives_airflow_the_same_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    config = yaml.safe_load((CHART / "values.yaml").read_text())["config"]
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS", config["database"]["sql_alchemy_connect_args"])
    assert conf.getimport("database", "sql_alchemy_connect_args") is database.CONNECT_ARGS
