"""`images check` on images that are broken in one way each: it finds that, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from threading import Lock
from typing import Any

import docker
import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images import contract
from airflow_k8s.images.check import Level, Verdict, judge
from tests.images.broken import BROKEN, Broken, make

AT_ONCE = 2
"""Judged at the same time: starting Airflow is work for one core."""


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, client: docker.DockerClient, reference: Callable[[str], str], bench: contract.Bench
) -> Iterator[dict[str, Future[list[Verdict]]]]:
    """Every broken image that is asked for, made and judged beside the others; gone in the end."""
    asked = (item.callspec.params.get("broken") for item in request.session.items if hasattr(item, "callspec"))
    wanted = {broken.how for broken in asked if broken}
    one_at_a_time = Lock()  # the old builder mixes up two builds with the same first steps
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:

        def make_and_judge(broken: Broken) -> list[Verdict]:
            with one_at_a_time:
                image = make(client, reference("base"), broken)
            stack.callback(client.images.remove, image.id, force=True)
            return judge(client, image.id, (lambda: nullcontext(bench)) if broken.run else None)

        yield {broken.how: pool.submit(make_and_judge, broken) for broken in BROKEN if broken.how in wanted}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.how.replace(" ", "-"))
def test_what_is_broken_is_found_and_nothing_else(judged: dict[str, Any], broken: Broken) -> None:
    verdicts = {verdict.rule: verdict for verdict in judged[broken.how].result()}
    assert verdicts[broken.rule].level == broken.level
    assert broken.says in verdicts[broken.rule].said
    assert verdicts[broken.rule].remedy
    others = [rule for rule, verdict in verdicts.items() if verdict.level in (Level.BAD, Level.WEAK)]
    assert sorted(others) == sorted([broken.rule, *broken.also])


@pytest.mark.parametrize(
    ("words", "variables", "told"),
    [
        (["no-such-image"], {}, "There is no image no-such-image"),
        (["localhost:1/no/such:image"], {}, "There is no image localhost:1/no/such:image"),
        (["No Name"], {}, "There is no image No Name"),
        (["base"], {"DOCKER_HOST": "tcp://127.0.0.1:1"}, "No Docker engine answers"),
    ],
    ids=["unknown", "not to be pulled", "no reference", "no engine"],
)
def test_what_cannot_be_judged_is_told_without_a_traceback(
    client: docker.DockerClient, words: list[str], variables: dict[str, str], told: str
) -> None:
    command = [sys.executable, "-c", "from airflow_k8s.cli import main; main()", "images", "check", "--no-run", *words]
    done = subprocess.run(command, env={**os.environ, **variables}, text=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert told in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr


def test_the_contract_needs_the_platforms_own_images(client: docker.DockerClient) -> None:
    missing = "localhost:1/base:1"
    with pytest.raises(UserError, match=f"there is no {missing}"), contract.bench(client, missing, missing):
        pass
