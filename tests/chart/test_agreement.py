"""What the chart must say a second time agrees with the first: the image catalogue, and the rules for tasks."""

import json

import pytest
import yaml

from airflow_k8s.images import catalogue, overlay
from airflow_k8s.images.plan import plan
from airflow_k8s.paths import CHART
from airflow_k8s.tasks.catalogue import from_json
from airflow_k8s.tasks.placement import sized
from airflow_k8s.upkeep import keys
from tests.chart.rendered import SET_UPS, Release, render

IMAGES = catalogue.load()
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())


@pytest.fixture(scope="module")
def built() -> Release:
    """The chart with the overlay that a build of this checkout writes."""
    planned = plan(IMAGES, catalogue.airflow_version())
    entries = {image.name: overlay.describe(image, IMAGES.images[image.name], "localhost:5001") for image in planned}
    return render({"images": entries})


def test_the_default_of_base_is_that_of_the_catalogue() -> None:
    base, named = VALUES["images"]["base"], IMAGES.images["base"]
    assert (base["purpose"], base["cpu"], base["memory"]) == (named.purpose, named.cpu, named.memory)


def test_the_official_postgres_is_of_the_release_that_ours_is() -> None:
    assert VALUES["images"]["postgres"]["tag"] == IMAGES.images["postgres"].version


def test_pgbouncer_is_of_the_release_that_the_catalogue_names() -> None:
    assert VALUES["images"]["pgbouncer"]["tag"] == IMAGES.images["pgbouncer"].version


def test_every_image_for_tasks_has_a_pod_template(built: Release) -> None:
    assert set(built.task_pods()) == {name for name, image in IMAGES.images.items() if image.tasks}


def test_the_policy_reads_what_the_chart_publishes(built: Release) -> None:
    published = from_json(built.all("ConfigMap")["catalogue"]["data"]["catalogue.json"])
    assert set(published.images) == set(built.task_pods())


def test_pod_templates_follow_the_policys_rule_for_sizes(built: Release) -> None:
    published = from_json(built.all("ConfigMap")["catalogue"]["data"]["catalogue.json"])
    for name, pod in built.task_pods().items():
        size = sized(published.images[name].cpu, published.images[name].memory)
        asked = {**pod.main["resources"]["requests"]}, {**pod.main["resources"]["limits"]}
        assert [in_small_units(amounts) for amounts in asked] == [
            in_small_units(size.requests),
            in_small_units(size.limits),
        ]


def in_small_units(amounts: dict[str, str]) -> dict[str, object]:
    """Thousandths of a core, and memory as it is written: "0.5" and "500m" are one."""
    cpu = amounts["cpu"]
    return {**amounts, "cpu": int(cpu[:-1]) if cpu.endswith("m") else round(float(cpu) * 1000)}


def test_every_module_that_a_pod_runs_is_in_the_base_image() -> None:
    sources = IMAGES.images["base"].sources
    for set_up in SET_UPS:
        for owner, pod in render(set_up=set_up).pods().items():
            for container in pod.containers():
                words = [*container.get("command", []), *container.get("args", [])]
                for module in [word for word in words if str(word).startswith("airflow_k8s.")]:
                    assert f"src/airflow_k8s/{module.split('.')[1]}" in sources, f"{owner} runs {module}"


def test_a_kind_of_node_without_taints_has_an_empty_list_of_tolerations() -> None:
    release = render({"tasks": {"nodePools": {"any": {"nodeSelector": {"kubernetes.io/os": "linux"}}}}})
    (text,) = release.all("ConfigMap")["catalogue"]["data"].values()
    assert json.loads(text)["nodePools"]["any"]["tolerations"] == []


@pytest.mark.parametrize("component", ["api-server", "execution-api"])
def test_new_jwt_keys_are_where_a_rotation_says_that_they_are(component: str) -> None:
    pod = render(set_up="everything").pods()[component]
    (folder,) = [one["mountPath"] for one in pod.main["volumeMounts"] if one["name"] == "keys"]
    (volume,) = [one["secret"] for one in pod.spec["volumes"] if one["name"] == "keys"]
    assert [(item["key"], f"{folder}/{item['path']}") for item in volume["items"]] == [(keys.JWKS, keys.MOUNTED)]
