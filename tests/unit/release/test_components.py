"""The small programs that run beside Airflow in its pods."""

import json
import stat
import sys
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_k8s.release import alive, database, migrate, sign_in, wait

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRONG_PASSWORD = 'FATAL:  password authentication failed for user "airflow"'


@pytest.mark.parametrize(
    ("heartbeat", "lives"),
    [
        (NOW, True),
        (NOW - timedelta(seconds=alive.OLDEST - 1), True),
        (NOW - timedelta(seconds=alive.OLDEST), False),
        (None, False),
    ],
)
def test_a_component_lives_while_its_heartbeat_is_young(heartbeat: datetime | None, lives: bool) -> None:
    assert alive.alive(heartbeat, NOW) is lives


def test_a_host_answers_to_the_names_that_airflow_may_write() -> None:
    from airflow.utils.net import get_host_ip_address, getfqdn

    assert {getfqdn(), get_host_ip_address()} <= set(alive.names())


def refusing(words: str) -> object:
    @contextmanager
    def cursor() -> object:
        raise database.NoDatabaseError(words)
        yield

    return cursor


def test_a_component_is_not_restarted_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "cursor", refusing("Connection refused"))
    monkeypatch.setattr(sys, "argv", ["alive", "TriggererJob"])
    alive.main()


@pytest.mark.parametrize("words", [WRONG_PASSWORD, "Connection refused"])
@pytest.mark.parametrize("options", [[], ["--only-look"]])
def test_the_migration_ends_with_a_sentence(words: str, options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "cursor", refusing(words))
    monkeypatch.setattr(sys, "argv", ["migrate", "--patience=0", *options])
    with pytest.raises(SystemExit) as end:
        migrate.main()
    assert end.value.code == str(database.NoDatabaseError(words))


def test_only_looking_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "cursor", nullcontext)
    monkeypatch.setattr(migrate, "migrate", lambda: pytest.fail("migrated"))
    monkeypatch.setattr(sys, "argv", ["migrate", "--only-look"])
    migrate.main()


def test_waiting_ends_with_a_sentence_where_it_makes_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "cursor", refusing(WRONG_PASSWORD))
    with pytest.raises(SystemExit, match="refuses the password"):
        wait.main()


def test_the_password_file_is_one_that_airflow_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    file = tmp_path / "passwords.json"
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", str(file))
    monkeypatch.setenv("ADMIN_PASSWORD", 'a "quoted" one')
    sign_in.main()
    assert SimpleAuthManager.get_passwords() == {"admin": 'a "quoted" one'} == json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
