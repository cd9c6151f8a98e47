"""Ports of this machine on which the cluster is published."""

import socket

from airflow_k8s.errors import UserError

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nothing listens on a TCP port of this machine's loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was left a moment ago is free
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def require(port: int, variable: str, example: str) -> None:
    """See to it that a port can be taken.

    Args:
        port: the TCP port.
        variable: the environment variable that chooses another one.
        example: a value for it.

    Raises:
        UserError: something listens there already.
    """
    if not is_free(port):
        raise UserError(
            f"Port {port} of this machine is taken.",
            f"Another program listens on {HOST}:{port}.",
            f"Stop it, or choose another port: {variable}={example} make up.",
        )
