"""Values that the documents show are values that the chart takes."""

import re

import pytest
import yaml

from airflow_k8s.paths import CHART, ROOT
from tests.chart.rendered import GIT, render

KEYS = set(yaml.safe_load((CHART / "values.yaml").read_text()))
SHOWN = {
    f"{page.name} {number}": block
    for page in sorted(ROOT.glob("docs/*.md"))
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL), 1)
    if {line.split(":")[0] for line in block.splitlines() if re.match(r"\w", line)} <= KEYS
}


@pytest.mark.parametrize("where", SHOWN)
def test_the_chart_takes_them(where: str) -> None:
    values = yaml.safe_load(SHOWN[where])
    values["images"] = GIT["images"] | values.get("images", {})
    for name, image in values["images"].items():
        image.setdefault("repository", name)  # what dist/images.yaml says
    assert render(values).pods()


def test_most_pages_of_the_platform_show_some() -> None:
    assert len(SHOWN) > 5
