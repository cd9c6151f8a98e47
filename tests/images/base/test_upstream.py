"""What docs/upstream.md says of Airflow is still so: each program there prints what stands under it."""

import re
from collections.abc import Callable

import docker
import pytest

from airflow_k8s.images import pod
from airflow_k8s.paths import ROOT

PROGRAMS = re.findall(r"```python\n(.+?)\n# (.+?)\n```", (ROOT / "docs" / "upstream.md").read_text(), re.DOTALL)


@pytest.mark.parametrize(("program", "printed"), PROGRAMS, ids=[printed[:20] for _, printed in PROGRAMS])
def test_airflow_still_does_it(
    client: docker.DockerClient, reference: Callable[[str], str], program: str, printed: str
) -> None:
    end = pod.run(client, reference("base"), ["python", "-W", "ignore", "-c", program])
    assert end.said.splitlines()[-1] == printed
