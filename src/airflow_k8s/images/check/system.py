"""Rules about the system around Python: certificates, time, text, libraries, bytecode."""

from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Disk, Facts
from airflow_k8s.images.check.rules import Answer, airflow, bad, disk, good, python, rule, some, weak
from airflow_k8s.images.check.starting import started

WITHOUT_BYTECODE = 0.05
"""The share of imported modules that may lack bytecode: a few of a team's own cost nothing."""


def read(facts: Facts) -> Disk:
    """What lies on the disk; for rules that need it."""
    assert facts.disk  # noqa: S101  (the rule says that it needs it)
    return facts.disk


@rule(needs=python)
def certificates(facts: Facts, _expected: Expected) -> Answer:
    """Without authorities, every https fails."""
    trusted = started(facts).authorities
    if isinstance(trusted, int) and trusted:
        return good(f"Python trusts {trusted} authorities")
    return bad("Python trusts no certificate authority: every https fails", "Install the package ca-certificates.")


@rule(needs=python)
def time_zones(facts: Facts, _expected: Expected) -> Answer:
    """Of the system: R, PostgreSQL's client and the C library read them there, Python alone has its own."""
    if started(facts).zone == "IST":
        return good("Time zones are known")
    return bad("The system knows no time zones: times are silently UTC", "Install the Debian package tzdata.")


@rule(needs=python)
def text(facts: Facts, _expected: Expected) -> Answer:
    """Umlauts are damaged silently, in R and in the shell; Python helps itself."""
    charset = started(facts).charset
    if charset == "UTF-8":
        return good("Text is UTF-8")
    return bad(f"Text is {charset}, and umlauts are lost", "Say `ENV LANG=C.UTF-8`, and nothing of LC_ALL.")


@rule(needs=disk)
def shared_libraries(facts: Facts, _expected: Expected) -> Answer:
    """What is linked must be there."""
    missing = read(facts).unlinked
    if not missing:
        return good("Every shared library finds what it is linked to")
    library, users = next(iter(missing.items()))
    return bad(
        f"{some(list(missing))} is not there, and {some(users, 1)} needs it",
        f"Install the Debian package with {library}: `apt-file search {library}` names it.",
    )


@rule(needs=airflow)
def bytecode(facts: Facts, _expected: Expected) -> Answer:
    """Compiling costs every pod four CPU-seconds; bytecode of another text runs what nobody sees."""
    stale = facts.disk.stale if facts.disk else ()
    if stale:
        return bad(
            f"Python runs old bytecode of {some(stale, 1)}, not what is written there",
            "Compile it again: `python -m compileall -f --invalidation-mode unchecked-hash FILE`.",
        )
    counted = started(facts).uncompiled
    if isinstance(counted, str):
        return weak(
            f"Its bytecode cannot be looked at: {counted}",
            "Compile it: `python -m compileall --invalidation-mode unchecked-hash FOLDER`.",
        )
    lacking, modules = counted
    if lacking > WITHOUT_BYTECODE * modules:
        return weak(
            f"{lacking} of {modules} modules are compiled at every start: seconds of each pod",
            "Compile them: `python -m compileall --invalidation-mode unchecked-hash FOLDER`.",
        )
    return good("Bytecode is there and valid")
