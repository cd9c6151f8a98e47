"""The whole road of `images build`, by the command line itself, in a small checkout of its own with a real engine."""

import hashlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import docker
import pytest

from airflow_k8s.cluster import osimage, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine, platforms, publish
from airflow_k8s.images.catalogue import load
from airflow_k8s.paths import ROOT
from tests.registries import free_port, served

SECONDS = 60
FAMILY = {"base": None, "left": "base", "right": "base", "grandchild": "left", "alone": None}
"""Images of the small checkout, and their parents."""


@dataclass(frozen=True)
class Checkout:
    """A checkout with small images, and a registry's address that their names begin with."""

    root: Path
    registry: str
    variables: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, *instructions: str) -> None:
        """Give an image a Dockerfile, of which no other test has built a step."""
        lines = ["ARG PARENT", "FROM ${PARENT}", f"ENV TEST={uuid.uuid4()}", *instructions]
        folder = self.root / "images" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Dockerfile").write_text("\n".join(lines) + "\n")

    def command(self, *words: str) -> dict[str, Any]:
        """The arguments of `subprocess` for a verb of `airflow-k8s images`."""
        call = "from airflow_k8s.cli import main; main()"
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root / "src"),
            "AIRFLOW_K8S_REGISTRY": self.registry,
            "COLUMNS": "200",
        }
        return {
            "args": [sys.executable, "-c", call, "images", *words],
            "cwd": self.root,
            "env": {**environment, **self.variables},
            "text": True,
        }

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(**self.command(*words), capture_output=True, check=False)

    def build(self, *words: str) -> dict[str, dict[str, Any]]:
        """Build what is missing; what the command says of each image."""
        done = self.run("build", "--json", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return {image["name"]: image for image in json.loads(done.stdout)}

    def built(self, *words: str) -> set[str]:
        """Build what is missing; the names of what was built."""
        return {name for name, image in self.build(*words).items() if image["built"]}

    def tags(self, client: docker.DockerClient) -> set[str]:
        """What the engine has of this checkout: name and tag."""
        images = client.images.list(filters={"reference": f"{self.registry}/airflow-k8s/*"})
        return {tag.rsplit("/", 1)[1] for image in images for tag in image.tags if tag.startswith(self.registry)}

    def log(self, name: str) -> str:
        file = self.root / "dist" / "logs" / f"image-{name}.log"
        return file.read_text() if file.exists() else ""

    def contexts(self) -> list[Path]:
        folder = self.root / "dist" / "contexts"
        return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture(scope="session")
def debian(client: docker.DockerClient) -> str:
    return osimage.ensure(load().debian)


@pytest.fixture
def checkout(tmp_path: Path, client: docker.DockerClient, debian: str) -> Iterator[Checkout]:
    """A checkout with the family's images, whose registry is not there; all of it is gone afterwards."""
    made = Checkout(tmp_path, f"127.0.0.1:{free_port()}")
    shutil.copytree(ROOT / "src", tmp_path / "src")
    for file in ("charts/airflow-k8s/Chart.yaml", "cluster/go.mod"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / ".tools").symlink_to((ROOT / ".tools").resolve())
    tools.ensure("buildx", "crane")
    catalogue(made, FAMILY)
    yield made
    for tag in made.tags(client):
        client.images.remove(f"{made.registry}/airflow-k8s/{tag}", force=True)


def catalogue(checkout: Checkout, family: dict[str, str | None]) -> None:
    about = {"purpose": "A test. It costs ${nothing}.", "owner": "tests", "budget": {"size": 100}}
    images = {name: {**about, **({"parent": parent} if parent else {})} for name, parent in family.items()}
    for name in family:
        checkout.write(name, "RUN true")
    (checkout.root / "images" / "catalogue.yaml").write_text(json.dumps({"debian": load().debian, "images": images}))


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


# What is built, and what is kept


def test_what_is_missing_is_built_with_its_labels_and_told_to_the_chart(
    checkout: Checkout, client: docker.DockerClient
) -> None:
    assert checkout.built() == set(FAMILY)
    image = client.images.list(filters={"reference": f"{checkout.registry}/airflow-k8s/left:*"})[0]
    assert image.labels["org.opencontainers.image.description"] == "A test. It costs ${nothing}."
    assert "repository: " + checkout.registry in (checkout.root / "dist" / "images.yaml").read_text()


def test_what_is_there_is_kept_and_what_changed_is_built_with_its_children(checkout: Checkout) -> None:
    checkout.build()
    assert checkout.built() == set()
    checkout.write("right", "RUN echo changed")
    assert checkout.built() == {"right"}
    checkout.write("left", "RUN echo changed")
    assert checkout.built() == {"left", "grandchild"}


def test_a_named_image_is_built_with_its_parents_and_nothing_else(checkout: Checkout) -> None:
    assert checkout.built("grandchild") == {"base", "left", "grandchild"}


def test_a_dry_run_says_what_would_be_built_and_why_and_builds_nothing(
    checkout: Checkout, client: docker.DockerClient
) -> None:
    checkout.build("base")
    said = checkout.run("build", "--dry-run", "left").stdout
    assert re.search(r"base .* keep: here", said)
    assert re.search(r"left .* build: neither here nor in the registry", said)
    assert {tag.partition(":")[0] for tag in checkout.tags(client)} == {"base"}


def test_siblings_are_built_at_once(checkout: Checkout) -> None:
    """Each waits in its build for the other: they share a cache, in which each leaves a file."""
    shared = f"--mount=type=cache,id={uuid.uuid4()},target=/shared"
    for name, other in (("left", "right"), ("right", "left")):
        checkout.write(
            name,
            f"RUN {shared} touch /shared/{name} && timeout 30 sh -c 'until [ -e /shared/{other} ]; do sleep 0.1; done'",
        )
    assert checkout.built("--jobs", "2", "left", "right") == {"base", "left", "right"}


# Failures


def test_a_failure_lets_siblings_end_and_names_all_that_failed(checkout: Checkout) -> None:
    checkout.write("left", "RUN echo about to fail && apt-get updat")
    checkout.write("alone", "RUN nonsense")
    done = checkout.run("build")
    assert done.returncode == 1
    assert "2 failed: `alone`, `left`" in done.stdout
    assert "Invalid operation updat" in done.stdout
    assert "nonsense: not found" in done.stdout
    assert "dist/logs/image-left.log" in done.stdout
    assert "build grandchild" not in done.stdout
    assert checkout.built("right") == set()


def test_what_is_not_as_locked_is_told_after_a_build(checkout: Checkout) -> None:
    checkout.write("alone", 'RUN echo "WARNING: Debian\'s mirror has no r=1 any more, 2 was taken."')
    assert "! alone: Debian's mirror has no r=1 any more, 2 was taken." in checkout.run("build", "alone").stdout


def test_a_failed_build_tells_the_way_to_a_shell_where_it_failed(checkout: Checkout) -> None:
    checkout.write("alone", "RUN touch /done-before", "WORKDIR /somewhere", "RUN false && echo unreachable")
    said = re.search(r"`(\S+) images shell alone` opens a shell", checkout.run("build", "alone").stdout)
    assert said
    assert (checkout.root / said[1]).exists()
    shown = typed(checkout.command("shell", "alone"), "ls /done-before; pwd; sh -ex /run/failed-step; exit\n")
    assert "false && echo unreachable" in shown
    assert re.search(r"/done-before\s+/somewhere\s+\+ false\s", shown)


def typed(command: dict[str, Any], keys: str) -> str:
    """What a command shows on a terminal on which somebody types as soon as there is a prompt."""
    ours, its = pty.openpty()
    shown = ""
    with subprocess.Popen(**command, stdin=its, stdout=its, stderr=its, start_new_session=True) as running:
        os.close(its)
        while part := read(ours):
            shown += part
            if keys and shown.endswith("# "):
                os.write(ours, keys.encode())
                keys = ""
    assert running.returncode == 0, shown
    return shown


def read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # how Linux says that nobody writes to it any more
        return ""


def test_a_shell_is_refused_where_nothing_failed(checkout: Checkout) -> None:
    done = checkout.run("shell", "alone")
    assert done.returncode == 1
    assert "There is no failed build of `alone` to look into" in done.stdout


def test_a_parent_that_is_not_there_is_named(checkout: Checkout) -> None:
    checkout.write("alone", "COPY --from=localhost:1/no-such:parent / /")
    done = checkout.run("build", "alone")
    assert done.returncode == 1
    assert "localhost:1/no-such:parent" in done.stdout
    assert "images shell" not in done.stdout


@pytest.mark.parametrize("to", ["the command", "its children, too"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_image_no_process_and_no_folder(
    checkout: Checkout, client: docker.DockerClient, number: signal.Signals, to: str
) -> None:
    for name in ("base", "alone"):
        checkout.write(name, "RUN echo asleep && sleep 50")
    build = subprocess.Popen(**checkout.command("build", "--jobs", "2"), start_new_session=True, stdout=subprocess.PIPE)
    wait_until(lambda: all("asleep\n" in checkout.log(name) for name in ("base", "alone")))
    (os.kill if to == "the command" else os.killpg)(build.pid, number)
    said = build.communicate(timeout=SECONDS)[0]
    assert build.returncode == 130, said
    assert "run the same command again" in said
    with pytest.raises(ProcessLookupError):
        os.killpg(build.pid, 0)
    assert checkout.tags(client) == set()
    assert checkout.contexts() == []


def test_a_disk_that_is_full_where_contexts_lie_leaves_no_image(
    checkout: Checkout, client: docker.DockerClient
) -> None:
    (checkout.root / "images" / "alone" / "large").write_bytes(bytes(1_000_000))
    folder = checkout.root / "dist" / "contexts"
    folder.mkdir(parents=True)
    command = checkout.command("build", "--jobs", "1")
    with_small_disk = 'mount -t tmpfs -o size=100k tmpfs "$0" && "$@"; code=$?; ls "$0"; exit $code'
    command["args"] = ["unshare", "--mount", "sh", "-c", with_small_disk, folder, *command["args"]]
    done = subprocess.run(**command, capture_output=True, check=False)
    assert done.returncode == 1
    assert "No space left on device" in done.stdout
    assert "Free the disk" in done.stdout
    assert done.stdout.endswith("what is done is kept.\n")  # and ls shows nothing
    assert not any(tag.startswith("alone:") for tag in checkout.tags(client))


def test_a_disk_that_is_full_in_a_build_is_called_so_and_leaves_no_image(
    checkout: Checkout, client: docker.DockerClient
) -> None:
    checkout.write("alone", "RUN dd if=/dev/zero of=/dev/full count=1")
    done = checkout.run("build", "alone")
    assert done.returncode == 1
    assert "The disk is full: free it" in done.stdout
    assert checkout.tags(client) == set()


# What a build may see of the host


def test_what_the_host_knows_of_packages_reaches_the_build_and_stays_out_of_image_and_log(
    checkout: Checkout, client: docker.DockerClient, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "lent-1.0-py3-none-any.whl").touch()
    index = "https://me:pass'word@index.example/simple"
    checkout.variables.update(PIP_INDEX_URL=index, AIRFLOW_K8S_WHEELS=str(wheels))
    checkout.write(
        "alone",
        "COPY wheel[s] /wheels/",
        "RUN --mount=type=secret,id=settings . /run/secrets/settings"
        ' && ls /wheels/lent-1.0-py3-none-any.whl && printf %s "$PIP_INDEX_URL" | md5sum > /seen && cat /seen',
    )
    checkout.build("alone")
    assert hashlib.md5(index.encode()).hexdigest() in checkout.log("alone")  # noqa: S324
    assert "word@index" not in checkout.log("alone")
    (tag,) = checkout.tags(client)
    image = client.images.get(f"{checkout.registry}/airflow-k8s/{tag}")
    assert "word@index" not in json.dumps([image.history(), image.attrs])


def test_a_password_is_in_no_list_of_processes(checkout: Checkout) -> None:
    checkout.variables.update(PIP_INDEX_URL="https://me:password@index.example/simple")
    checkout.write("alone", "RUN echo asleep && sleep 3")
    with subprocess.Popen(**checkout.command("build", "alone"), stdout=subprocess.DEVNULL) as build:
        wait_until(lambda: "asleep\n" in checkout.log("alone"))
        listed = subprocess.check_output(["ps", "-eww", "-o", "args"], text=True)
    assert build.returncode == 0
    assert "id=settings" in listed
    assert "me:password" not in listed


def test_locked_is_told_to_the_build_and_does_not_change_the_tag(
    checkout: Checkout, client: docker.DockerClient
) -> None:
    checkout.write("alone", "ARG LOCKED", "RUN echo locked is ${LOCKED:-not} set")
    loose = checkout.build("alone")["alone"]["tag"]
    assert "locked is not set" in checkout.log("alone")
    client.images.remove(f"{checkout.registry}/airflow-k8s/alone:{loose}")
    assert checkout.build("alone", "--locked")["alone"]["tag"] == loose
    assert "locked is 1 set" in checkout.log("alone")


# Tags, and the registry


@pytest.fixture
def registry(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("disk"), checkout.registry):
        yield checkout.registry


def listed(registry: str, name: str) -> list[str]:
    return subprocess.check_output(
        [tools.path("crane"), "ls", f"{registry}/airflow-k8s/{name}"], text=True
    ).splitlines()


def test_an_image_has_further_tags_only_where_somebody_asks(checkout: Checkout, client: docker.DockerClient) -> None:
    tag = checkout.build("alone")["alone"]["tag"]
    assert checkout.tags(client) == {f"alone:{tag}"}
    checkout.build("alone", "--tag-airflow", "--tag-date")
    version, today = tag.split("-")[0], time.strftime("%Y%m%d", time.gmtime())
    assert checkout.tags(client) == {f"alone:{tag}", f"alone:{version}", f"alone:{version}-{today}"}


def test_further_tags_are_pushed_too(checkout: Checkout, registry: str) -> None:
    tag = checkout.build("alone", "--push", "--tag-airflow")["alone"]["tag"]
    assert sorted(listed(registry, "alone")) == [tag.split("-")[0], tag]


def test_what_the_registry_has_is_not_built_and_is_pulled_for_a_child(
    checkout: Checkout, client: docker.DockerClient, registry: str
) -> None:
    checkout.build("left", "--push")
    assert "digest: sha256:" in (checkout.root / "dist" / "images.yaml").read_text()
    for tag in checkout.tags(client):
        client.images.remove(f"{registry}/airflow-k8s/{tag}")
    kept = checkout.build("left")
    assert {(image["built"], image["place"], image["size"]) for image in kept.values()} == {(False, "registry", None)}
    assert checkout.tags(client) == set()
    assert checkout.built("grandchild") == {"grandchild"}
    assert {tag.partition(":")[0] for tag in checkout.tags(client)} == {"left", "grandchild"}


def test_a_registry_that_refuses_is_an_error_before_anything_is_built(
    checkout: Checkout, client: docker.DockerClient
) -> None:
    port = int(checkout.registry.split(":")[1])
    with HTTPServer(("127.0.0.1", port), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = checkout.run("build", "alone")
        server.shutdown()
    assert done.returncode == 1
    assert "does not answer as one does" in done.stdout
    assert "docker login" in done.stdout
    assert checkout.tags(client) == set()


class Refusing(BaseHTTPRequestHandler):
    """A registry that wants a login which nobody has."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_registry_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match=r"The registry of localhost:1/x:1 does not answer"):
        publish.digest("localhost:1/x:1")


def test_nothing_can_be_pushed_to_a_registry_that_is_not_there(client: docker.DockerClient, debian: str) -> None:
    client.images.get(debian).tag("localhost:1/x", "1")
    try:
        with pytest.raises(UserError, match=r"localhost:1/x:1 cannot be pushed"):
            engine.push("localhost:1/x", "1")
    finally:
        client.images.remove("localhost:1/x:1")


# Other builders


def test_the_engines_own_builder_is_refused_for_named_platforms(checkout: Checkout, registry: str) -> None:
    checkout.variables.update(BUILDX_BUILDER="default")
    done = checkout.run("build", "--push", "--platform", "linux/amd64,linux/arm64", "alone")
    assert done.returncode == 1
    assert "The builder `default` cannot build for named platforms." in done.stdout
    assert "docker buildx create" in done.stdout


def test_buildx_takes_the_bake_file(checkout: Checkout) -> None:
    assert checkout.run("bake", "grandchild", "--platform", "linux/amd64").returncode == 0
    command = [tools.path("buildx"), "bake", "-f", "dist/docker-bake.json", "--print"]
    environment = {**os.environ, "REGISTRY": "registry.example.org", "BUILDX_BUILDER": "default"}
    printed = subprocess.check_output(command, cwd=checkout.root, env=environment, stderr=subprocess.DEVNULL)
    targets = json.loads(printed)["target"]
    assert set(targets) == {"base", "left", "grandchild"}
    child = targets["grandchild"]
    assert child["contexts"] == {"left": "target:left"}
    assert child["args"]["PARENT"] == "left"
    assert child["platforms"] == ["linux/amd64"]
    assert child["tags"][0].startswith("registry.example.org/airflow-k8s/grandchild:")
    printed_as_bake_reads_it = "A test. It costs $${nothing}."
    assert child["labels"]["org.opencontainers.image.description"] == printed_as_bake_reads_it
    assert (checkout.root / child["context"] / "Dockerfile").exists()


def test_a_registry_tells_for_which_platforms_it_has_an_image(
    checkout: Checkout, registry: str, client: docker.DockerClient
) -> None:
    tag = checkout.build("alone", "--push")["alone"]["tag"]
    machine = client.version()
    assert platforms.offered(f"{registry}/airflow-k8s/alone:{tag}") == {f"{machine['Os']}/{machine['Arch']}"}
    assert platforms.offered(f"{registry}/airflow-k8s/alone:no-such-tag") == set()
