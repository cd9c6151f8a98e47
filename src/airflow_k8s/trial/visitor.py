"""Somebody to sign in as: with FAB an analyst made for the trial alone, with the simple manager its one user."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

PASSWORD = "ADMIN_PASSWORD"  # noqa: S105 - the name of the variable
ROLE = "User"
"""May look at DAGs, run them, read logs and delete runs; no connection, no variable, no user."""


@contextmanager
def visitor() -> Iterator[tuple[str, str]]:
    """The name and password to sign in with; whoever was made for it is gone afterwards."""
    if password := os.environ.get(PASSWORD):
        yield "admin", password
        return
    name, password = f"helm-test-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
    _add(name, password)
    try:
        yield name, password
    finally:
        _remove(name)


def _add(name: str, password: str) -> None:
    # FAB takes seconds to import, and the simple manager does without.
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder  # noqa: PLC0415

    with get_application_builder() as builder:
        manager = builder.sm
        manager.add_user(name, name, "", f"{name}@localhost", manager.find_role(ROLE), password)


def _remove(name: str) -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder  # noqa: PLC0415

    with get_application_builder() as builder:
        manager = builder.sm
        if user := manager.find_user(username=name):
            manager.session.delete(user)
            manager.session.commit()
