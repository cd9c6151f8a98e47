"""Keys of the values that the chart does not know, each with what was probably meant."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airflow_k8s.tasks.mistakes import nearest
from airflow_k8s.values import schema, table
from airflow_k8s.values.options import Options


def problems(values: Mapping[str, Any], known: schema.Node, options: Options) -> dict[str, str]:
    """What is wrong, by key; empty when nothing is.

    Args:
        values: as they would be given to helm.
        known: the schema of the values.
        options: Airflow's own options, for `config`.

    Example:
        >>> known = {"properties": {"scheduler": {"properties": {"replicas": {}}, "additionalProperties": False}}}
        >>> problems({"scheduler": {"replica": 2}}, known, Options("3.3.2", {}, {}, {}))
        {'scheduler.replica': 'Did you mean scheduler.replicas?'}
    """
    unknown = {path: advice(path, allowed) for path, allowed in schema.unknown(values, known)}
    return {**unknown, **dict(_options(values, options))}


def advice(path: str, allowed: Iterable[str]) -> str:
    """What to do about an unknown key: what another chart means by it, or the near match.

    Example:
        >>> advice("webserver.replicas", []), advice("imags", ["images"])
        ('In this chart it is written as apiServer.replicas', 'Did you mean images?')
    """
    if said := table.advice(path):
        return f"In this chart it is {said}"
    above, _, key = path.rpartition(".")
    near = nearest(key, allowed)
    return (
        f"Did you mean {'.'.join(filter(None, (above, near)))}?"
        if near
        else f"Known here: {', '.join(sorted(allowed))}."
    )


def _options(values: Mapping[str, Any], options: Options) -> Iterator[tuple[str, str]]:
    for section, entries in (values.get("config") or {}).items():
        for option in entries or {}:
            if problem := options.problem(section, option):
                yield f"config.{section}.{option}", problem
