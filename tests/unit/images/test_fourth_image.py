"""An image that is added in the catalogue alone turns up everywhere; tests/images/test_fourth_image.py builds one."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from airflow_k8s.cluster import tools
from airflow_k8s.images import catalogue, overlay
from airflow_k8s.images.plan import plan
from airflow_k8s.paths import ROOT
from airflow_k8s.tasks import parse
from airflow_k8s.tasks.catalogue import from_json
from airflow_k8s.tasks.placement import resolve
from tests.checkout import Checkout, copied
from tests.unit import command_lines

PAGE = (ROOT / "docs" / "adding-an-image.md").read_text()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout after the first command of docs/adding-an-image.md, locked by hand."""
    made = copied(tmp_path_factory.mktemp("checkout"))
    (words,) = [words for words in command_lines.in_page(PAGE) if "new" in words]
    made.run(*words[1:], "--no-lock")
    (made.root / "images" / "geo" / "requirements.txt").write_text("geopandas==1.0 \\\n    --hash=sha256:0\n")
    (made.root / "images" / "geo" / "debian.txt").write_text("# Debian trixie\ngdal-bin=3.10\n")
    return made


def test_the_page_shows_the_files_that_are_made(checkout: Checkout) -> None:
    found = {path.relative_to(checkout.root).as_posix() for path in checkout.root.glob("**/geo/**/*") if path.is_file()}
    shown = {line.removeprefix("✓ ") for line in PAGE.splitlines() if line.startswith("✓ ")}
    assert shown == found | {"images/catalogue.yaml"}


def test_it_is_listed(checkout: Checkout) -> None:
    assert "geo" in checkout.run("images", "list", "--json")


def test_tests_run_on_it_and_in_it(checkout: Checkout) -> None:
    words = ("-m", "pytest", "tests/images", "--collect-only", "--quiet", "-k", "geo")
    collected = checkout.python(*words)
    assert "test_a_unit_succeeds[geo-geo/geo.py]" in collected
    assert "test_it_weighs_no_more_than_its_budget[geo]" in collected
    assert "base/test_base.py" in collected


@pytest.fixture(scope="module")
def published(checkout: Checkout) -> dict[str, str]:
    """What the chart publishes of it: pod templates, and the catalogue for the policy."""
    return publish(checkout.root)


def publish(root: Path) -> dict[str, str]:
    """The data of all ConfigMaps that the chart makes of a checkout's images."""
    images = catalogue.load(root / "images" / "catalogue.yaml")
    entries = {
        image.name: overlay.describe(image, images.images[image.name], "localhost:5001")
        for image in plan(images, catalogue.airflow_version(), root)
        if not images.images[image.name].builder
    }
    words = [str(tools.path("helm")), "template", "airflow", str(root / "charts" / "airflow-k8s"), "--values", "-"]
    said = subprocess.run(words, input=json.dumps({"images": entries}), text=True, capture_output=True, check=True)
    maps = [found for found in yaml.safe_load_all(said.stdout) if found and found["kind"] == "ConfigMap"]
    return {file: text for found in maps for file, text in found["data"].items()}


def test_the_chart_has_a_pod_template_for_it(published: dict[str, str]) -> None:
    pod = yaml.safe_load(published["geo.yaml"])
    assert "/geo:3." in pod["spec"]["containers"][0]["image"]


def test_the_policy_places_a_task_on_it(published: dict[str, str]) -> None:
    known = from_json(published["catalogue.json"])
    assert resolve(parse({"image": "geo"}), known).template.endswith("/geo.yaml")


def test_the_policy_offers_it_for_a_typo(published: dict[str, str]) -> None:
    with pytest.raises(Exception, match=r'There is no image "goe".*Write "geo"'):
        resolve(parse({"image": "goe"}), from_json(published["catalogue.json"]))
