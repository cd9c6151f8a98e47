"""Rules about what an image says of itself, without starting it."""

import re

from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Facts
from airflow_k8s.images.check.rules import Answer, bad, good, rule

ENGINES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Architectures, as an engine calls them, and as images do."""


@rule()
def architecture(facts: Facts, _expected: Expected) -> Answer:
    """Nodes of another architecture cannot run it."""
    engine = ENGINES.get(facts.engine, facts.engine)
    if facts.architecture == engine:
        return good(f"It is for {engine}, as this engine is")
    return bad(
        f"It is for {facts.architecture}, and this engine runs {engine}", f"Build it with --platform linux/{engine}."
    )


@rule()
def user(facts: Facts, _expected: Expected) -> Answer:
    """A pod with runAsNonRoot is only started when the image's user is a number above 0."""
    remedy = "End its Dockerfile with `USER 50000:0`."
    name = facts.user.partition(":")[0]
    if name in ("", "0", "root"):
        return bad("It runs as root, which the pods of tasks refuse", remedy)
    if not re.fullmatch(r"\d+", name):
        return bad(f"Its user is the name `{name}`: a pod cannot tell that this is not root", remedy)
    return good(f"It runs as {facts.user}")
