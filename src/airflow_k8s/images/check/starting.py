"""Rules about how a task's pod starts on an image."""

import json

from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Facts, Start
from airflow_k8s.images.check.gather import ARGUMENT
from airflow_k8s.images.check.rules import Answer, Level, airflow, bad, good, python, rule, weak
from airflow_k8s.images.contract import TASKS


def complaint(log: str) -> str:
    """The first thing that went wrong, in a pod's log: JSON, a line an event.

    Example:
        >>> complaint('{"level": "info", "event": "up"}\\n{"level": "error", "event": "Dag not found"}')
        'Dag not found'
    """
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{") and line.endswith("}")]
    wrong = [event for event in events if event.get("level") in ("error", "critical")]
    if not wrong:
        return last_line(log)
    causes = wrong[0].get("error_detail") or wrong[0].get("exception") or []
    return str(causes[-1].get("exc_value") if isinstance(causes, list) and causes else wrong[0].get("event"))


def started(facts: Facts) -> Start:
    """What the strictest start found that found anything; for rules that need one."""
    assert facts.start  # noqa: S101  (the rule says that it needs it)
    return facts.start


def in_the_way(facts: Facts) -> str:
    """The freedom without which the image does not start; empty when it needs none, or none helps."""
    return next((trial.conditions for trial in facts.trials if trial.works), "")


def as_it_is(facts: Facts) -> str:
    """For rules about how a pod starts, entrypoint and all."""
    return "" if facts.trials[0].start else "It did not start as a pod does"


def reason(facts: Facts) -> str:
    """What the last start said that failed before one went well."""
    failed = [trial for trial in facts.trials if not trial.works]
    return last_line(failed[-1].start.worker if failed[-1].start else failed[-1].said)


def last_line(text: str) -> str:
    """The line in which a traceback says what it is about."""
    return text.strip().rsplit("\n", 1)[-1] or "it said nothing"


@rule()
def python_on_path(facts: Facts, _expected: Expected) -> Answer:
    """The executor starts `python -m airflow…`."""
    if facts.start:
        return good(f"`python` is {facts.start.executable}, {facts.start.python}")
    said = last_line(facts.trials[-1].said)
    return bad(f"No `python` can be started: {said}", "Build it on the image `base`: every task's pod starts Python.")


@rule(needs=python)
def airflow_in_python(facts: Facts, _expected: Expected) -> Answer:
    """The first Python on PATH is the one that is started."""
    if "apache-airflow-core" in facts.packages:
        return good(f"Airflow is in {started(facts).executable}")
    elsewhere = facts.disk.airflows if facts.disk else ()
    if elsewhere:
        place = elsewhere[0].split("/lib/")[0]
        return bad(
            f"`python` is {started(facts).executable}, and Airflow is in {place}",
            f"Put {place}/bin first on PATH, and other Pythons behind it.",
        )
    return bad("It has no Airflow", "Build it on the image `base`, or on one that is built on it.")


@rule(needs=airflow)
def what_a_pod_starts(facts: Facts, _expected: Expected) -> Answer:
    """What starts a task, and what that imports, must be there."""
    if any(trial.works for trial in facts.trials):
        return good("What a task's pod starts can be imported")
    return bad(
        f"A task cannot start: {last_line(started(facts).worker)}",
        "Install what is missing, from the base image's lock.",
    )


@rule(needs=airflow)
def entrypoint(facts: Facts, _expected: Expected) -> Answer:
    """What the executor asks for must arrive word by word."""
    remedy = 'Leave the base image\'s entrypoint, `ENTRYPOINT ["tini", "--"]`, or end yours with `exec "$@"`.'
    strictest = facts.trials[0]
    if strictest.start is None:
        if in_the_way(facts) == "without its entrypoint":
            return bad(f"Its entrypoint does not run what it is given: {last_line(strictest.said)}", remedy)
        return good("Nothing is known against it")
    if strictest.start.arguments != (ARGUMENT,):
        return bad(f"Its entrypoint turned {ARGUMENT!r} into {' '.join(strictest.start.arguments)!r}", remedy)
    return good("It passes on what it is given")


@rule(needs=as_it_is)
def signals(facts: Facts, _expected: Expected) -> Answer:
    """SIGTERM must reach the task, or it is cut off half a minute later without a word."""
    if facts.trials[0].ended_well:
        return good("SIGTERM and exit codes pass through")
    return bad(
        "SIGTERM does not reach the task, or its exit code gets lost",
        'End your entrypoint with `exec "$@"`, so that no shell stands between.',
    )


@rule(needs=as_it_is)
def process_1(facts: Facts, _expected: Expected) -> Answer:
    """Process 1 inherits every orphan, and Python does not bury them."""
    name = started(facts).init
    if name.startswith("python"):
        return weak("Process 1 is Python itself: what tasks leave behind stays as zombies", "Start through tini.")
    return good(f"Process 1 is {name}")


@rule(needs=airflow)
def read_only_root(facts: Facts, _expected: Expected) -> Answer:
    """A pod may write to /tmp and to Airflow's logs, and nowhere else."""
    if in_the_way(facts) != "with a root that can be written to":
        return good("It starts on a root that cannot be written to")
    return bad(
        f"It writes where a pod may not: {reason(facts)}",
        "Write to /tmp, or make the file when the image is built.",
    )


@rule(needs=python)
def any_uid(facts: Facts, _expected: Expected) -> Answer:
    """OpenShift gives every namespace uids of its own; group 0 is what stays."""
    conditions = in_the_way(facts)
    if conditions not in ("as its own user", "as root"):
        return good("It starts for a uid that it does not know")
    return bad(
        f"It starts only {conditions}: {reason(facts)}",
        "Give what is installed to group 0: `chgrp -R 0 FOLDER && chmod -R g=u,o+rX FOLDER`.",
    )


@rule(needs=python)
def shell(facts: Facts, _expected: Expected) -> Answer:
    """Bash tasks need one."""
    if started(facts).bash:
        return good(f"bash is {started(facts).bash}")
    return weak("It has no bash: BashOperator and @task.bash fail", "Install the Debian package bash.")


@rule()
def contract(facts: Facts, _expected: Expected) -> Answer:
    """A real task ends in the state that it should."""
    if facts.contract is None:
        return Answer(Level.OPEN, "No task was run")
    for task, state in TASKS.items():
        outcome = facts.contract[task]
        if outcome.state != state:
            return bad(
                f"A task that {task} ended as {outcome.state}: {complaint(outcome.log)}",
                "Read above what it lacks; a task that never leaves `queued` did not reach the API server.",
            )
    return good("A task that succeeds ends in success, one that fails in failure")
