"""Images signed, verified and scanned by the real programs, which know no network here but this machine."""

import json
import os
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml
from click.testing import CliRunner, Result

from airflow_k8s.cluster import osimage, tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import build, catalogue, engine
from airflow_k8s.images.commands import images
from airflow_k8s.images.plan import Planned
from airflow_k8s.images.supply import cosign, signatures
from airflow_k8s.images.tags import File
from tests.registries import served

REGISTRY = "localhost:5001"
PASSWORD = "correct horse"


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    """They come over the network: before it is closed."""
    tools.ensure(*tools.SUPPLY_CHAIN)


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # the discard port: nobody listens
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv(cosign.PASSWORD, PASSWORD)


# --- signatures


def planned(content: bytes = b"FROM debian") -> Planned:
    return Planned("try-out", "1", "debian:trixie-slim", {}, {}, (File("Dockerfile", content),))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("disk")) as address:
        yield address


@pytest.fixture(scope="module")
def client() -> docker.DockerClient:
    return engine.client()


@pytest.fixture
def pushed(client: docker.DockerClient, registry: str) -> Iterator[Planned]:
    """A new image in the registry, gone from the engine afterwards."""
    image = Planned("try-out", str(time.time_ns()), "debian:trixie-slim", {}, {}, planned().files)
    push(client, image, registry)
    yield image
    for made in client.images.list(image.repository(registry), all=True):  # also what lost its tag to another
        client.images.remove(made.id, force=True)


def push(client: docker.DockerClient, image: Planned, registry: str, mark: str = "") -> None:
    """Push Debian under the image's name, told from others by a label."""
    debian = osimage.ensure(catalogue.load().debian)
    container = client.containers.create(debian)
    changes = f'LABEL mark="{image.tag}{mark}"'
    container.commit(image.repository(registry), image.tag, changes=changes)
    container.remove()
    engine.push(image.repository(registry), image.tag)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Key pairs by name: cosign.key and cosign.pub in a folder each."""

    def pair(name: str) -> Path:
        folder = tmp_path_factory.getbasetemp() / name
        if not folder.exists():
            folder.mkdir()
            environment = {**os.environ, cosign.PASSWORD: PASSWORD}
            words = [tools.path("cosign"), "generate-key-pair"]
            subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True)
        return folder / "cosign.key"

    return pair


def public(private: Path) -> Path:
    return private.with_suffix(".pub")


def test_what_is_signed_verifies_with_its_bill_and_its_provenance(pushed: Planned, registry: str, key) -> None:
    signed = signatures.sign(pushed, registry, key("ours"))
    assert signed.good, signed.problems
    assert signed.packages > 50
    assert signed.signed_by == signatures.fingerprint(public(key("ours")).read_text())
    assert signatures.verify(pushed, registry, public(key("ours"))) == signed


def test_what_is_signed_is_not_signed_twice(pushed: Planned, registry: str, key) -> None:
    for _ in range(2):
        signatures.sign(pushed, registry, key("ours"))
    assert len(cosign.attested(subject(pushed, registry), public(key("ours")), cosign.SBOM_TYPE)) == 1


def subject(image: Planned, registry: str) -> str:
    return f"{image.repository(registry)}@{signatures.publish.digest(image.reference(registry))}"


def test_what_nobody_signed_is_told(pushed: Planned, registry: str, key) -> None:
    (problem,) = signatures.verify(pushed, registry, public(key("ours"))).problems
    assert problem.startswith("it is not signed")


def test_what_another_key_signed_is_told(pushed: Planned, registry: str, key) -> None:
    signatures.sign(pushed, registry, key("theirs"))
    assert signatures.verify(pushed, registry, public(key("ours"))).problems == ("it is signed, but not with this key",)


def test_what_was_changed_behind_its_tag_is_told(client, pushed: Planned, registry: str, key) -> None:
    signatures.sign(pushed, registry, key("ours"))
    push(client, pushed, registry, mark="tampered")
    (problem,) = signatures.verify(pushed, registry, public(key("ours"))).problems
    assert problem.startswith("it is not signed")


def test_what_was_made_from_another_checkout_names_the_file(pushed: Planned, registry: str, key) -> None:
    signatures.sign(pushed, registry, key("ours"))
    edited = Planned(pushed.name, pushed.tag, pushed.parent, {}, {}, (File("Dockerfile", b"FROM other"),))
    (problem,) = signatures.verify(edited, registry, public(key("ours"))).problems
    assert problem == "it was made from other files than this checkout's: Dockerfile"


def test_a_signature_without_bill_and_provenance_is_not_enough(pushed: Planned, registry: str, key) -> None:
    cosign.sign(subject(pushed, registry), key("ours"), {})
    problems = signatures.verify(pushed, registry, public(key("ours"))).problems
    assert [problem.split(" is ")[0] for problem in problems] == ["no bill of materials", "no provenance"]


def test_what_was_never_pushed_is_told(registry: str, key) -> None:
    never = Planned("try-out", "never", "", {}, {}, ())
    assert signatures.verify(never, registry, public(key("ours"))).problems == (f"{registry} does not have never",)
    with pytest.raises(UserError, match="images push"):
        signatures.sign(never, registry, key("ours"))


def test_a_wrong_password_is_told_and_not_repeated(pushed: Planned, registry: str, key, monkeypatch) -> None:
    private = key("ours")
    monkeypatch.setenv(cosign.PASSWORD, "wrong battery")
    with pytest.raises(UserError) as told:
        signatures.sign(pushed, registry, private)
    assert "decrypt" in told.value.why
    assert "wrong battery" not in str(told.value)


# --- vulnerabilities


@pytest.fixture(scope="module")
def r_data() -> str:
    """An image with packages of all three kinds."""
    build.build_all(REGISTRY, ("r-data",))
    return engine.resolve("r-data", REGISTRY)


HIGH, NO_SCORE = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", None
ADVISORIES = {
    "PyPI": ("PYSEC-2026-1", "PyPI", "sqlalchemy", HIGH),
    "Debian": ("DSA-2026-1", "Debian:13", "openssl", NO_SCORE),  # no package is called so, libssl3t64 is built from it
    "CRAN": ("RSEC-2026-1", "CRAN", "dplyr", HIGH),
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of invented advisories for packages that the image really has, in OSV's own layout."""
    folder = tmp_path / "osv"
    for ecosystem, advisory in ADVISORIES.items():
        write(folder, ecosystem, osv_advisory(*advisory))
    for ecosystem in ("npm", "Go"):
        write(folder, ecosystem)
    return folder


def write(database: Path, ecosystem: str, *advisories: dict[str, Any]) -> None:
    (database / ecosystem).mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(database / ecosystem / "all.zip", "w") as archive:
        for advisory in advisories:
            archive.writestr(f"{advisory['id']}.json", json.dumps(advisory))


def osv_advisory(name: str, ecosystem: str, package: str, vector: str | None) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}]
    times = {"modified": "2026-11-01T00:00:00Z", "published": "2026-11-01T00:00:00Z"}
    affected = [{"package": {"ecosystem": ecosystem, "name": package}, "ranges": ranges}]
    severity = [{"type": "CVSS_V3", "score": vector}] if vector else []
    return {"schema_version": "1.6.0", "id": name, **times, "affected": affected, "severity": severity}


def accepting(folder: Path, days: int, *names: str) -> Path:
    """A policy that accepts vulnerabilities until some days from now."""
    until = date.today() + timedelta(days)
    entries = [{"id": name, "until": until, "reason": "Invented.", "owner": "tests"} for name in names]
    policy = folder / "accepted.yaml"
    policy.write_text(yaml.safe_dump({"fail_from": "high", "accepted": entries}))
    return policy


@pytest.fixture
def scan(r_data: str, database: Path, tmp_path: Path) -> Callable[..., Result]:
    """The command, told to accept vulnerabilities until some days from now."""

    def run(*options: str, days: int = 9, accepted: Iterable[str] = ()) -> Result:
        policy = accepting(tmp_path, days, *accepted)
        words = ["scan", r_data, "--database", str(database), "--policy", str(policy), *options]
        return CliRunner().invoke(images, words)

    return run


def verdicts(result: Result) -> dict[str, str]:
    told = json.loads(result.stdout)
    return {finding["ids"][0]: finding["verdict"] for finding in told["findings"]}


NAMES = [name for name, *_ in ADVISORIES.values()]


@pytest.mark.parametrize(
    ("days", "names", "expected"),
    [(0, [], ("not accepted", 1)), (0, NAMES, ("accepted", 0)), (-1, NAMES, ("acceptance expired", 1))],
    ids=["found", "accepted", "expired"],
)
def test_each_kind_of_package_is_found(
    scan: Callable[..., Result], days: int, names: list[str], expected: tuple[str, int]
) -> None:
    result = scan("--json", days=days, accepted=names)
    assert (verdicts(result), result.exit_code) == (dict.fromkeys(NAMES, expected[0]), expected[1])


def test_a_clean_image_is_clean_and_an_acceptance_that_nobody_needs_is_told(database: Path, scan) -> None:
    for ecosystem in ADVISORIES:
        write(database, ecosystem)
    result = scan(accepted=["CVE-2020-1"])
    assert result.exit_code == 0
    assert "Nothing is known against" in result.output
    assert "CVE-2020-1 was not found: take it out of accepted.yaml." in result.output


def test_an_old_database_is_told(database: Path, scan) -> None:
    old = time.time() - 30 * 86400
    os.utime(database / "Debian" / "all.zip", (old, old))
    assert "The database is 30 days old" in scan().output


def test_a_damaged_database_is_told(database: Path, scan) -> None:
    (database / "PyPI" / "all.zip").write_text("<html>Proxy error</html>")
    result = scan()
    assert isinstance(result.exception, UserError)
    assert "fetch it again" in result.exception.remedy
