"""Values that the documents show are values that the chart takes."""

import pytest
import yaml

from airflow_k8s.paths import CHART, ROOT
from tests.chart.rendered import GIT, Values, render, shown

KEYS = set(yaml.safe_load((CHART / "values.yaml").read_text()))
SHOWN = {
    f"{page.name} {number}": values
    for page in sorted(ROOT.glob("docs/*.md"))
    for number, values in enumerate(shown(page), 1)
    if isinstance(values, dict) and set(values) <= KEYS
}


@pytest.mark.parametrize("values", SHOWN.values(), ids=SHOWN)
def test_the_chart_takes_them(values: Values) -> None:
    # with what dist/images.yaml says
    images = {
        name: {"repository": name, **image} for name, image in {**GIT["images"], **values.get("images", {})}.items()
    }
    assert render({**values, "images": images}).pods()


def test_most_pages_of_the_platform_show_some() -> None:
    assert len(SHOWN) > 15
