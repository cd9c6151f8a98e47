"""FAB, the sign-in of real sites: the first user is made on request and may use the REST API."""

from airflow_k8s.platform.apart import installed

ASLEEP = {"replicas": 0}
VALUES = {
    "signIn": {"manager": "fab", "firstUser": "ada"},
    **dict.fromkeys(("scheduler", "dagProcessor", "triggerer"), ASLEEP),
}


def test_the_first_user_signs_in_and_sees_the_platform() -> None:
    with installed("fab", VALUES) as release, release.signed_in("ada") as airflow:
        assert airflow.get("/monitor/health")["metadatabase"]["status"] == "healthy"
