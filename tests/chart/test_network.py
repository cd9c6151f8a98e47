"""Who may open connections to whom: every pair of peers on every port, in every set-up, judged like a network plugin.

The table below is the whole of it, and docs/network.md shows it; whatever is not in it must be refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

from airflow_k8s.paths import ROOT
from airflow_k8s.policy.pods import STARTS_PODS
from tests.chart.judging import NAMESPACE, Connection, Peer, let_through, pods
from tests.chart.rendered import GIT as FROM_GIT
from tests.chart.rendered import SET_UPS, Release, Values, namespaces, refusal, render

ANY, KUBERNETES, DATABASE, ISSUER = "any address", "443, 6443", "`database.port`", "its own, else 443"
OF_URL = "that of `dags.git.url`"


@dataclass(frozen=True)
class Row:
    """Who opens connections to whom, on which ports, what for, and where."""

    who: str
    whom: str
    ports: str
    why: str
    where: str = "everywhere"

    def written(self) -> str:
        """The row as docs/network.md has it."""
        return f"| {self.who} | {self.whom} | {self.ports} | {self.why} | {self.where} |"


A_WAY_IN, BUNDLED, OWN = "a way in", "bundled database", "database of your own"
POOLED, DIRECT, APART, TOGETHER = "`pgbouncer`", "no `pgbouncer`", "`executionApi`", "no `executionApi`"
LAUNCHES, LOCAL, SHARED, SYSTEMS = "`tasks.podOperator`", "LocalExecutor", "`postgres.shared`", "`network.systems`"
OIDC, FAB, STORE, NO_STORE = "`signIn.oidc`", "`signIn.manager: fab`", "`logStore`", "no `logStore`"
COUNTED, GIT = "`metrics.statsd`", "`dags.git`"
SERVERS = "api-server, execution-api, scheduler, dag-processor, triggerer, tracking"
REPORTERS = "task-pod, api-server, execution-api, scheduler, dag-processor, triggerer"

TABLE = [
    Row("task-pod", "api-server", "8080", "their state, connections, variables and XComs", TOGETHER),
    Row("task-pod", "execution-api", "8080", "their state, connections, variables and XComs", APART),
    Row("users", "api-server", "8080", "the page and the REST API", A_WAY_IN),
    Row(SERVERS, "postgres", "5432", "Airflow's tables", f"{BUNDLED}, {DIRECT}"),
    Row(SERVERS, ANY, DATABASE, "Airflow's tables", f"{OWN}, {DIRECT}"),
    Row(SERVERS, "pgbouncer", "6432", "Airflow's tables", POOLED),
    Row("migrate, cleanup-database, pgbouncer", "postgres", "5432", "Airflow's tables", BUNDLED),
    Row("migrate, preflight, cleanup-database, pgbouncer", ANY, DATABASE, "Airflow's tables", OWN),
    Row("test", "api-server", "8080", "`helm test`, as a user"),
    Row("test", "postgres", "5432", "a user for `helm test`", f"{FAB}, {BUNDLED}, {DIRECT}"),
    Row("test", ANY, DATABASE, "a user for `helm test`", f"{FAB}, {OWN}, {DIRECT}"),
    Row("test", "pgbouncer", "6432", "a user for `helm test`", f"{FAB}, {POOLED}"),
    Row("scheduler", ANY, KUBERNETES, "Kubernetes API: starts and follows task pods"),
    Row("api-server", ANY, KUBERNETES, "Kubernetes API: logs of running tasks", NO_STORE),
    Row("api-server, triggerer", "log-store", "8793", "logs of tasks", STORE),
    Row("api-server", ANY, ISSUER, "the OpenID Connect provider", OIDC),
    Row("log-store", ANY, KUBERNETES, "Kubernetes API: what task pods print", STORE),
    Row("tracking", ANY, KUBERNETES, "Kubernetes API: why pods ended"),
    Row("task-pod, dag-processor", "dags", "8000", "the files of DAGs", GIT),
    Row("scheduler", "dags", "8000", "as task-pod, for the tasks that it runs itself", f"{LOCAL}, {GIT}"),
    Row("dags", ANY, OF_URL, "the site's repository", GIT),
    Row("keys", ANY, KUBERNETES, "Kubernetes API: makes the Secret"),
    Row("cleanup-pods, test", ANY, KUBERNETES, "Kubernetes API: which pods of tasks are left"),
    Row("pod-launcher, triggerer", ANY, KUBERNETES, "Kubernetes API: pods of KubernetesPodOperator", LAUNCHES),
    Row("api-server", "triggerer", "8794", "logs of deferred tasks"),
    Row("scheduler", "api-server", "8080", "as task-pod, for the tasks that it runs itself", f"{LOCAL}, {TOGETHER}"),
    Row("scheduler", "execution-api", "8080", "as task-pod, for the tasks that it runs itself", f"{LOCAL}, {APART}"),
    Row("api-server", "scheduler", "8793", "logs of those", LOCAL),
    Row(REPORTERS, "metrics", "9125/UDP", "what they count", COUNTED),
    Row("scrapers", "metrics", "9102", "figures for Prometheus", COUNTED),
    Row("scrapers", "pgbouncer", "9127", "figures for Prometheus", POOLED),
    Row("task-pod", "postgres", "5432", "data of the site's own in it", SHARED),
    Row("those named", "those named", "those named", "the site's data", SYSTEMS),
    Row("everyone but postgres", ANY, "53, 53/UDP, 5353, 5353/UDP", "names"),
]

BOTH = "KubernetesExecutor,LocalExecutor"
TASKS = ("task-pod", "pod-operator", "tracking", "triggerer")
"""Whom `network.systems` concerns where it does not say."""

NAMED = {"app.kubernetes.io/name": "airflow-k8s", "app.kubernetes.io/component": "api-server"}
OURS = (("instance", "airflow"), ("component", "task-pod"))
OUTSIDE = {
    "internet": Peer("203.0.113.9"),
    "warehouse": Peer("10.20.0.7"),
    "kept-out": Peer("10.20.255.7"),
    "vault": Peer("10.30.0.7"),
    "neighbour": Peer("10.244.1.2", NAMESPACE, {"app": "neighbour"}),
    "another-release": Peer("10.244.1.6", NAMESPACE, {**NAMED, "app.kubernetes.io/instance": "other"}),
    "impostor": Peer("10.244.1.7", "other", {**NAMED, **{f"app.kubernetes.io/{word}": what for word, what in OURS}}),
    "stranger": Peer("10.244.1.3", "other", {"app": "trino", "app.kubernetes.io/component": "task-pod"}),
    "controller": Peer("10.244.1.4", "ingress-nginx", {"app": "controller"}),
    "trino": Peer("10.244.1.5", "trino", {"app": "trino"}),
}
PORTS = ["22", "53", "53/UDP", "80", "443", "1521", "5353", "5353/UDP", "5432", "6432", "6443"]
PORTS += ["8000", "8080", "8200", "8443", "8793", "8794", "8974", "9102", "9125", "9125/UDP", "9127", "9418"]


def to(whom: str, *ports: str, who: tuple[str, ...] = TASKS) -> frozenset[Connection]:
    """Connections to a system of the site's own."""
    return frozenset(Connection(one, whom, port) for one in who for port in ports)


@dataclass(frozen=True)
class World:
    """A set-up, and what of the table holds in it."""

    holds: set[str]
    values: Values = field(default_factory=dict)
    set_up: str | None = None
    users: tuple[str, ...] = ()
    scrapers: tuple[str, ...] = ()
    systems: frozenset[Connection] = frozenset()
    database_port: str = "5432"
    git_port: str = "443"
    kubernetes_ports: str = "443, 6443"
    issuer_port: str = ""

    @property
    def release(self) -> Release:
        return render(self.values, self.set_up)

    def peers(self) -> dict[str, Peer]:
        """All pods of the release, those of tasks that start pods, those that were started, and others."""
        inside = dict(pods(self.release))
        if LAUNCHES in self.holds:
            labels = {**(inside["task-pod"].labels or {}), STARTS_PODS: "true"}
            inside["pod-launcher"] = Peer("10.244.2.2", NAMESPACE, labels)
            inside["pod-operator"] = Peer("10.244.2.3", NAMESPACE, labels_of_started_pods())
        theirs = {
            f"{space}/{owner}": replace(inside[owner], address=f"10.244.{number}.{last}", namespace=space)
            for number, space in enumerate(self.spaces, 3)
            for last, owner in enumerate(OF_TASKS & set(inside))
        }
        return {**inside, **theirs, **OUTSIDE}

    @property
    def spaces(self) -> list[str]:
        """The namespaces of teams."""
        return namespaces(self.release)[1:]


OF_TASKS = {"task-pod", "pod-launcher", "pod-operator"}
"""Whose pods may be in a team's namespace."""

USUAL = {BUNDLED, DIRECT, TOGETHER, LAUNCHES, FAB}
WORLDS = {
    "default": World(USUAL),
    "kind": World({*USUAL, A_WAY_IN, SHARED} - {FAB}, set_up="kind", users=(*OUTSIDE,)),
    "fab": World({*USUAL, A_WAY_IN, OIDC}, set_up="fab", users=("controller",), issuer_port="8443"),
    "teams": World(USUAL - {LAUNCHES}, set_up="teams"),
    "everything": World(
        {BUNDLED, POOLED, APART, LAUNCHES, FAB, A_WAY_IN, SYSTEMS, COUNTED, GIT},
        set_up="everything",
        users=(*OUTSIDE,),
        scrapers=(*OUTSIDE,),
        systems=to("warehouse", *PORTS),
    ),
    "git": World({*USUAL, GIT}, set_up="git", git_port="22"),
    "git, with tasks in the scheduler, and a proxy": World(
        {*USUAL, GIT, LOCAL, SYSTEMS},
        {
            **FROM_GIT,
            "config": {"core": {"executor": BOTH}},
            "network": {"systems": [{"cidr": "10.20.0.7/32", "ports": [1521], "for": ["dags"]}]},
        },
        systems=to("warehouse", "1521", who=("dags",)),
    ),
    "openshift": World({OWN, POOLED, TOGETHER, LAUNCHES, FAB}, set_up="openshift", scrapers=(*OUTSIDE,)),
    "production": World({OWN, POOLED, APART, LAUNCHES, FAB}, set_up="production", scrapers=(*OUTSIDE,)),
    "database-url": World({OWN, DIRECT, TOGETHER, LAUNCHES, FAB}, set_up="database-url"),
    "external-database": World(
        {OWN, DIRECT, TOGETHER, FAB, A_WAY_IN, SYSTEMS},
        set_up="external-database",
        users=(*OUTSIDE,),
        systems=to("warehouse", "5432", "1521", who=("task-pod", "triggerer"))
        | to("trino", "8080", who=("task-pod", "triggerer"))
        | to("vault", "8200", who=("api-server", "dag-processor", "triggerer")),
        database_port="6432",
    ),
    "logs of running tasks alone": World(USUAL, {"logStore": {"enabled": False}}),
    "a proxy of one's own": World(
        {*USUAL, A_WAY_IN}, {"reach": {"url": "https://airflow.example.org"}}, users=(*OUTSIDE,)
    ),
    "tasks in the scheduler": World({*USUAL, LOCAL}, {"config": {"core": {"executor": BOTH}}}),
    "tasks in the scheduler, of an API of their own": World(
        {BUNDLED, DIRECT, APART, LAUNCHES, FAB, LOCAL},
        {"config": {"core": {"executor": BOTH}}, "executionApi": {"enabled": True}},
    ),
    "the internet, for the API server alone": World(
        {*USUAL, SYSTEMS},
        {"network": {"systems": [{"cidr": "203.0.113.0/24", "ports": [8443], "for": ["api-server"]}]}},
        systems=to("internet", "8443", who=("api-server",)),
    ),
    "pods beside Airflow, and users by address": World(
        {*USUAL, SYSTEMS, A_WAY_IN},
        {"network": {"systems": [{"pods": {"app": "neighbour"}}], "users": [{"cidr": "10.20.0.0/24"}]}},
        users=("warehouse",),
        systems=to("neighbour", *PORTS, who=("task-pod", "pod-operator", "triggerer")),
    ),
    "figures for one's own Prometheus alone": World(
        {*USUAL, COUNTED},
        {
            "metrics": {"statsd": {"enabled": True}},
            "network": {"scrapers": [{"namespace": "trino", "pods": {"app": "trino"}}]},
        },
        scrapers=("trino",),
    ),
    "another port of the Kubernetes API": World(
        {OWN, DIRECT, TOGETHER, FAB},
        {
            "network": {"kubernetesPorts": [8443]},
            "keys": {"existingSecret": "mine"},
            "tracking": {"connection": "usage"},
            "tasks": {"podOperator": {"enabled": False}},
        },
        set_up="database-url",
        kubernetes_ports="8443",
    ),
}


def labels_of_started_pods() -> dict[str, str]:
    """What KubernetesPodOperator writes on its pods."""
    ti = SimpleNamespace(dag_id="nightly", task_id="load", map_index=-1, try_number=1)
    context: Any = {"ti": ti, "run_id": "manual", "dag": None}
    return KubernetesPodOperator._get_ti_pod_labels(context)


def expected(world: World) -> set[Connection]:
    """What the table lets through in a set-up; a task that starts pods is a task as well."""
    found = {connection for row in TABLE if holds(row, world) for connection in connections(row, world)}
    launchers = {replace(one, who="pod-launcher") for one in found if one.who == "task-pod"}
    found |= launchers if LAUNCHES in world.holds else set()
    return found | {replace(one, who=f"{space}/{one.who}") for space in world.spaces for one in of_tasks(found)}


def of_tasks(found: set[Connection]) -> set[Connection]:
    """Those that pods of tasks open: a team's namespace changes nothing about them."""
    return {one for one in found if one.who in OF_TASKS}


def holds(row: Row, world: World) -> bool:
    """Whether a row is about a set-up."""
    logs = STORE if "log-store" in world.release.pods() else NO_STORE
    return set(row.where.split(", ")) <= {"everywhere", logs, *world.holds}


def connections(row: Row, world: World) -> Iterator[Connection]:
    """What one row lets through in a set-up."""
    if row.where == SYSTEMS:
        yield from world.systems
        return
    inside = {one for one in world.peers() if "/" not in one} - set(OUTSIDE)
    groups = {"users": world.users, "scrapers": world.scrapers, "everyone but postgres": inside - {"postgres"}}
    own = {DATABASE: world.database_port, OF_URL: world.git_port, ISSUER: world.issuer_port}
    ports = {**own, KUBERNETES: world.kubernetes_ports}.get(row.ports, row.ports)
    for who in groups.get(row.who, inside & set(row.who.split(", "))):
        for whom in OUTSIDE if row.whom == ANY else [row.whom]:
            yield from (Connection(who, whom, port) for port in ports.split(", "))


@cache
def judged(world: str) -> set[Connection]:
    """What the policies let through in a set-up, but for what others do among themselves."""
    found = let_through(WORLDS[world].release, WORLDS[world].peers(), PORTS)
    return {one for one in found if not {one.who, one.whom} <= set(OUTSIDE)}


@pytest.mark.parametrize("world", WORLDS)
class TestEveryPair:
    def test_what_must_get_through_does(self, world: str) -> None:
        assert {str(one) for one in expected(WORLDS[world]) - judged(world)} == set()

    def test_whatever_else_is_refused(self, world: str) -> None:
        assert {str(one) for one in judged(world) - expected(WORLDS[world])} == set()


def test_every_set_up_is_judged_and_every_row_is_seen_at_work() -> None:
    assert set(SET_UPS) <= {world.set_up for world in WORLDS.values()}
    for row in TABLE:
        assert any(holds(row, world) and set(connections(row, world)) & judged(name) for name, world in WORLDS.items())


def test_every_pod_has_a_policy_for_both_directions(release: Release) -> None:
    policies = release.all("NetworkPolicy")
    for owner in release.pods():
        assert policies[owner.split("/")[0]]["spec"]["policyTypes"] == ["Ingress", "Egress"], owner


def test_those_of_jobs_that_run_first_are_there_before_them(release: Release) -> None:
    jobs, policies = release.all("Job"), release.all("NetworkPolicy")
    for name in {"gate", "keys", "preflight"} & set(jobs):
        job, policy = (found[name]["metadata"]["annotations"] for found in (jobs, policies))
        assert policy["helm.sh/hook"] == job["helm.sh/hook"]
        assert int(policy["helm.sh/hook-weight"]) < int(job["helm.sh/hook-weight"])


def test_the_others_are_the_releases_own_and_stay(release: Release) -> None:
    for name, policy in release.all("NetworkPolicy").items():
        assert ("annotations" in policy["metadata"]) is (name in {"gate", "keys", "preflight"}), name


@pytest.mark.parametrize("whom", ["api-server", "finance-tasks/task-pod", "vault"])
def test_whoever_else_is_in_a_teams_namespace_talks_to_nobody(whom: str) -> None:
    peers = {**WORLDS["teams"].peers(), "somebody": Peer("10.244.9.9", "finance-tasks", {"app": "somebody"})}
    for one in let_through(render(set_up="teams"), {name: peers[name] for name in ("somebody", whom)}, PORTS):
        assert "somebody" not in (one.who, one.whom), str(one)


def test_without_network_there_are_none() -> None:
    assert not render({"network": {"enabled": False}}).all("NetworkPolicy")


def test_a_name_is_no_address() -> None:
    values = {"network": {"systems": [{"cidr": "db.example.org", "ports": [5432]}]}}
    sentence = (
        'network names "db.example.org", but policies know ranges of addresses alone. Write one such as 10.1.2.3/32.'
    )
    assert sentence in refusal(values)


@pytest.mark.parametrize(
    ("system", "named"),
    [
        ({"ports": [5432]}, "at '/network/systems/0'"),
        ({"cidr": "10.0.0.0/8", "namespace": "trino"}, "at '/network/systems/0'"),
        ({"namespace": "trino", "except": ["10.1.0.0/16"]}, "at '/network/systems/0'"),
        ({"cidr": "10.0.0.0/8", "ports": ["postgres"]}, "at '/network/systems/0/ports/0'"),
        ({"cidr": "10.0.0.0/8", "for": ["tasks"]}, "at '/network/systems/0/for/0': value must be one of"),
        ({"cidr": "10.0.0.0/8", "port": 1}, "additional properties 'port' not allowed"),
    ],
    ids=str,
)
def test_a_system_that_says_too_little_or_too_much_is_refused(system: dict[str, object], named: str) -> None:
    assert named in refusal({"network": {"systems": [system]}})


PAGE = (ROOT / "docs" / "network.md").read_text()


def test_the_document_has_this_table() -> None:
    shown = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == len(fields(Row)) + 1]
    assert shown[1:] == [row.written() for row in TABLE]
