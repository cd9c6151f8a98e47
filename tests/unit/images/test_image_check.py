"""What the rules say of facts; the facts of real images are tests/images/'s."""

from typing import Any

import pytest

from airflow_k8s.images.check import RULES, Level, is_bad, verdicts
from airflow_k8s.images.check.expected import Expected
from airflow_k8s.images.check.facts import Disk, Facts, Start, Trial
from airflow_k8s.images.check.safety import is_secret
from airflow_k8s.images.commands.judge import table
from airflow_k8s.images.contract import Outcome
from airflow_k8s.paths import ROOT
from airflow_k8s.progress import console
from tests.images import broken

EXPECTED = Expected(
    airflow="3.3.2",
    python="3.13",
    providers=("apache-airflow-providers-standard",),
    pins={"apache-airflow-core": "3.3.2", "apache-airflow-task-sdk": "1.3.2", "idna": "3.20"},
)
PACKAGES = {
    "apache-airflow-core": "3.3.2",
    "apache-airflow-task-sdk": "1.3.2",
    "apache_airflow_providers_standard": "1.21.0",
    "airflow-k8s": "3.3.0",
    "idna": "3.20",
}
START = Start(
    python="3.13.5",
    executable="/opt/airflow/venv/bin/python",
    init="tini",
    arguments=("two  words",),
    worker="",
    packages=PACKAGES,
    unmet=(),
    uncompiled=(0, 1200),
    authorities=148,
    zone="IST",
    charset="UTF-8",
    bash="/usr/bin/bash",
)
TRIAL = Trial(conditions="", start=START, ended_well=True, said="")
DISK = Disk(setuid=(), compilers=(), caches=0, airflows=(), unlinked={}, stale=(), suspects={})
CONTENT = {"succeeds": Outcome("success", 0, ""), "fails": Outcome("failed", 0, "")}
FACTS = Facts(
    reference="geo",
    architecture="amd64",
    engine="x86_64",
    user="50000:0",
    env={"LANG": "C.UTF-8"},
    history=("RUN true",),
    trials=(TRIAL,),
    disk=DISK,
    contract=CONTENT,
)


def with_start(**facts: Any) -> dict[str, Any]:
    return {"trials": (TRIAL.model_copy(update={"start": START.model_copy(update=facts)}),)}


def with_package(name: str, version: str) -> dict[str, Any]:
    return with_start(packages={**PACKAGES, name: version})


def with_disk(**facts: Any) -> dict[str, Any]:
    return {"disk": DISK.model_copy(update=facts)}


def ended(state: str, log: str = "") -> dict[str, Any]:
    return {"contract": {**CONTENT, "succeeds": Outcome(state, 0, log)}}


def test_an_image_without_fault_is_good_in_every_line() -> None:
    assert {verdict.level for verdict in verdicts(FACTS, EXPECTED)} == {Level.GOOD}


@pytest.mark.parametrize(
    ("changed", "rule", "level", "said"),
    [
        ({"architecture": "arm64"}, "architecture", "bad", "It is for arm64"),
        ({"engine": "aarch64", "architecture": "arm64"}, "architecture", "good", "It is for arm64"),
        ({"user": ""}, "user", "bad", "It runs as root"),
        ({"user": "0:0"}, "user", "bad", "It runs as root"),
        ({"user": "1000"}, "user", "good", "It runs as 1000"),
        (with_package("apache-airflow-core", "3.3.1"), "airflow version", "weak", "Airflow 3.3.1"),
        (with_package("apache-airflow-core", "3.4.0"), "airflow version", "bad", "Airflow 3.4.0"),
        (with_package("apache-airflow-task-sdk", "1.2.2"), "task sdk version", "bad", "Task SDK 1.2.2"),
        (with_start(python="3.12.1"), "python version", "weak", "Python 3.12.1, and the platform has 3.13"),
        (with_package("IDNA", "3.9"), "pins", "weak", "Moved: idna 3.9 (locked 3.20)"),
        (with_start(packages={**PACKAGES, "airflow-k8s": "3.3.0", "extra": "1"}), "pins", "good", "No library"),
        (with_start(unmet=("a wants b>1, there is none",)), "requirements", "bad", "a wants b>1, there is none"),
        (with_start(unmet="No module named 'packaging'"), "requirements", "open", "It cannot be told"),
        (with_start(authorities="SSLError: no"), "certificates", "bad", "Python trusts no"),
        (with_start(uncompiled=(60, 1200)), "bytecode", "good", "Bytecode is there"),
        (with_start(uncompiled=(61, 1200)), "bytecode", "weak", "61 of 1200 modules"),
        (with_disk(caches=4_999_999), "caches", "good", "left nothing behind"),
        (with_disk(setuid=("/usr/bin/su",)), "setuid", "good", "No program"),
        (
            with_disk(unlinked={"libpq.so.5": ("/a.so", "/b.so")}),
            "shared libraries",
            "bad",
            "/a.so and 1 more",
        ),
        (with_disk(suspects={"/root/.netrc": "password = 'Zwei8Drei'"}), "secrets", "bad", "/root/.netrc"),
        ({"contract": None}, "contract", "open", "No task was run"),
        (ended("queued", "cannot connect"), "contract", "bad", "ended as queued: cannot connect"),
        (ended("failed", '{"level": "error", "event": "Dag not found"}'), "contract", "bad", "Dag not found"),
    ],
)
def test_a_rule_looks_at_its_facts(changed: dict[str, Any], rule: str, level: str, said: str) -> None:
    found = {verdict.rule: verdict for verdict in verdicts(FACTS.model_copy(update=changed), EXPECTED)}
    assert found[rule].level == level
    assert said in found[rule].said
    assert [verdict.rule for verdict in found.values() if verdict.level is Level.BAD and verdict.rule != rule] == []


def test_what_no_python_can_answer_stays_open() -> None:
    facts = FACTS.model_copy(
        update={"trials": (Trial(conditions="", start=None, ended_well=False, said="no python"),), "disk": None}
    )
    levels = {verdict.rule: verdict.level for verdict in verdicts(facts, EXPECTED)}
    judged = {rule for rule, level in levels.items() if level is not Level.OPEN}
    assert judged == {"architecture", "user", "python on path", "contract", "secrets"}
    assert levels["python on path"] is Level.BAD


def test_one_bad_line_is_enough() -> None:
    assert is_bad(verdicts(FACTS.model_copy(update={"user": "0"}), EXPECTED))
    assert not is_bad(verdicts(FACTS.model_copy(update=with_start(bash="")), EXPECTED))


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("WAREHOUSE_PASSWORD=Zwei8Drei", True),
        ("RUN |1 TOKEN=5f2a /bin/sh -c true", True),
        ("PIP_INDEX_URL=https://reader:Zwei8Drei@packages.example/simple", True),
        ("-----BEGIN OPENSSH PRIVATE" + " KEY-----", True),
        ("PASSWORD_FILE=/run/secrets/password", False),
        ("PASSWORD=/run/secrets/password", False),
        ("RUN --mount=type=secret,id=ca pip install --require-hashes", False),
        ("GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305", False),
        ("PGUSER=airflow", False),
    ],
)
def test_a_secret_is_told_from_what_only_looks_like_one(line: str, secret: bool) -> None:
    assert is_secret(line) is secret


def test_what_stays_open_for_one_reason_is_one_line() -> None:
    facts = FACTS.model_copy(update={"contract": None, "disk": None})
    with console.capture() as printed:
        console.print(table(verdicts(facts, EXPECTED)))
    assert " ".join(printed.get().split()).count("No Python could read the disk") == 1


def test_the_page_shows_every_rule() -> None:
    page = (ROOT / "docs" / "judging-an-image.md").read_text()
    for rule in RULES:
        assert f"| {rule.name} | {rule.why} |" in page


def test_the_page_shows_every_broken_image() -> None:
    assert broken.table() in (ROOT / "docs" / "judging-an-image.md").read_text()
