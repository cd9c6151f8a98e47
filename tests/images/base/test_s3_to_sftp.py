"""The example that extends a transfer of Airflow's own, run in the image: S3's API over HTTP, and an SFTP server."""

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import boto3
import docker
import pytest
from moto.server import ThreadedMotoServer
from tests.images.conftest import started

from airflow_k8s.images import pod
from airflow_k8s.paths import DAGS

EXAMPLES, _ = DAGS
DAY = datetime.now(UTC).date().isoformat()
"""`airflow dags test` runs a DAG now, whatever its date."""
REPORT = b"region,revenue\nnorth,1250\n"
SERVER = Path(__file__).parent / "inside" / "sftp_server.py"
PASSWORD = secrets.token_urlsafe(12)
RUN = f"airflow db migrate && exec airflow dags test s3_to_sftp {DAY}"


@pytest.fixture(scope="module")
def network(client: docker.DockerClient) -> Iterator[Any]:
    made = client.networks.create(f"airflow-k8s-transfer-{secrets.token_hex(4)}")
    made.reload()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def store(network: Any) -> Iterator[str]:
    """Where a store answers as S3 does, which has the report of the day."""
    server = ThreadedMotoServer(ip_address=network.attrs["IPAM"]["Config"][0]["Gateway"], port=0)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "lake", "aws_secret_access_key": PASSWORD, "region_name": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket="reports", Key=f"revenue/{DAY}.csv", Body=REPORT)
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def host_key() -> Any:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def partner(client: docker.DockerClient, network: Any, host_key: Any, reference: Callable[[str], str]) -> Iterator[Any]:
    """A partner's SFTP server, which runs on the same image."""
    options = {
        "command": ["sh", "-c", "mkdir -p /tmp/served/inbox && exec python /server.py /tmp/served"],
        "environment": {
            "SFTP_USER": "partner",
            "SFTP_PASSWORD": PASSWORD,
            "SFTP_HOST_KEY": host_key.export_private_key().decode(),
        },
        "hostname": "partner",
        "network_mode": None,
        "network": network.name,
        "volumes": {str(SERVER): {"bind": "/server.py", "mode": "ro"}},
    }
    with started(client, client.images.get(reference("base")), **options) as container:
        container.reload()
        yield container


@pytest.fixture(scope="module")
def connections(network: Any, store: str, partner: Any, host_key: Any) -> dict[str, str]:
    """Airflow's connections to both, as a pod may get them; only this server's key is trusted."""
    address = partner.attrs["NetworkSettings"]["Networks"][network.name]["IPAddress"]
    known = {"no_host_key_check": False, "host_key": host_key.export_public_key().decode().strip()}
    lake = {"conn_type": "aws", "login": "lake", "password": PASSWORD, "extra": {"endpoint_url": store}}
    sftp = {"conn_type": "sftp", "host": address, "port": 2222, "login": "partner", "password": PASSWORD}
    return {"AIRFLOW_CONN_LAKE": json.dumps(lake), "AIRFLOW_CONN_PARTNER": json.dumps({**sftp, "extra": known})}


@pytest.fixture(scope="module")
def end(
    client: docker.DockerClient, network: Any, connections: dict[str, str], reference: Callable[[str], str]
) -> pod.End:
    """How a run of the example ended."""
    own = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////tmp/airflow.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
    }
    return pod.run(
        client,
        reference("base"),
        ["sh", "-c", RUN],
        seconds=180,
        network=network.name,
        volumes={str(EXAMPLES): {"bind": "/opt/airflow/dags", "mode": "ro"}},
        environment={**own, **connections},
    )


def test_the_file_is_at_the_partners(end: pod.End, partner: Any) -> None:
    assert end.code == 0, end.said[-3000:]
    code, there = partner.exec_run(["sh", "-c", "cat /tmp/served/inbox/*"])
    assert (code, there) == (0, REPORT), end.said[:6000]


def test_its_name_has_the_day(end: pod.End, partner: Any) -> None:
    assert partner.exec_run(["ls", "/tmp/served/inbox"]).output.decode().split() == [f"revenue-{DAY}.csv"]


def test_no_log_shows_the_password(end: pod.End) -> None:
    assert PASSWORD not in end.said
