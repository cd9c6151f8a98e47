"""Tokens by which who holds Airflow's API secret reads or writes one log, as Airflow's own log servers take them."""

import time

import jwt
from jwt.types import Options

AUDIENCE = "task-instance-logs"
ALGORITHM = "HS512"

SECONDS = 30
"""How long a token lives, and how much clocks may differ."""


def sign(log: str, secret: str) -> str:
    """A token for a log.

    Args:
        log: as Airflow names it.
        secret: Airflow's API secret.

    Example:
        >>> secret = "s" * 64
        >>> allows(sign("a/attempt=1.log", secret), "a/attempt=1.log", secret)
        True
        >>> allows(sign("a/attempt=1.log", secret), "b/attempt=1.log", secret), allows("", "a", secret)
        (False, False)
    """
    now = int(time.time())
    claims = {"filename": log, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + SECONDS}
    return jwt.encode(claims, secret, ALGORITHM)


def allows(token: str, log: str, secret: str) -> bool:
    """Whether a token is for this log, and still good."""
    required: Options = {"require": ["exp", "iat", "nbf"]}
    try:
        claims = jwt.decode(token, secret, [ALGORITHM], options=required, audience=AUDIENCE, leeway=SECONDS)
    except jwt.InvalidTokenError:
        return False
    return bool(claims.get("filename") == log)
