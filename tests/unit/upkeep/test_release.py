"""Servers that are stopped start again, and tasks that run are in the way."""

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.upkeep import release
from tests.chart.rendered import render

HERE = release.Release("airflow", "airflow", "/nowhere")


class Cluster:
    """Answers what is asked of kubectl, and remembers what was scaled."""

    def __init__(self, **replicas: int) -> None:
        self.replicas, self.config = replicas, render().config()
        self.pods: dict[str, tuple[str, ...]] = {}

    def found(self, namespace: str, kind: str, *components: str) -> list[object]:
        if kind == "pods":
            return [{"metadata": {"name": name}} for name in self.pods.get(namespace, ())]
        if kind == "configmaps":
            return [{"data": self.config}]
        return [{"metadata": {"name": name}, "spec": {"replicas": count}} for name, count in self.replicas.items()]

    def kubectl(self, verb: str, *words: str) -> str:
        if verb == "scale":
            self.replicas[words[1]] = int(words[2].removeprefix("--replicas="))
        return ""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    there = Cluster(scheduler=2, triggerer=1)
    monkeypatch.setattr(release.Release, "found", lambda self, *words: there.found(self.namespace, *words))
    monkeypatch.setattr(release.Release, "kubectl", lambda self, *words: there.kubectl(*words))
    return there


def test_servers_are_stopped_and_get_back_what_they_had(cluster: Cluster) -> None:
    with release.stopped(HERE):
        assert cluster.replicas == {"scheduler": 0, "triggerer": 0}
    assert cluster.replicas == {"scheduler": 2, "triggerer": 1}


def test_they_get_it_back_when_what_was_done_meanwhile_fails(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError), release.stopped(HERE):
        _ = 1 / 0
    assert cluster.replicas == {"scheduler": 2, "triggerer": 1}


@pytest.mark.parametrize(("replicas", "complaint"), [({}, "no servers"), ({"scheduler": 0}, "scheduler is at 0")])
def test_a_release_whose_servers_cannot_be_brought_back_is_left_alone(
    cluster: Cluster, replicas: dict[str, int], complaint: str
) -> None:
    cluster.replicas = replicas
    with pytest.raises(UserError, match=complaint), release.stopped(HERE):
        pass


def test_tasks_in_the_namespaces_of_teams_are_found_as_well(cluster: Cluster) -> None:
    cluster.config = render(set_up="everything").config()
    cluster.pods = {"finance-tasks": ("a",), "science-tasks": ("b",), "others": ("c",)}
    with pytest.raises(UserError, match=r"2 tasks have pods: a, b\."):
        release.idle(HERE)


def test_tasks_that_run_are_named(cluster: Cluster) -> None:
    release.idle(HERE)
    cluster.pods = {HERE.namespace: ("a", "b", "c", "d")}
    with pytest.raises(UserError, match=r"4 tasks have pods: a, b, c, …\."):
        release.idle(HERE)
