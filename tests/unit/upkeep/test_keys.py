"""A rotation of keys: what each step makes of the Secret, and that one that was cut off goes on."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from airflow.api_fastapi.auth.tokens import JWKS, JWTGenerator, JWTValidator
from cryptography.fernet import Fernet, MultiFernet
from jwt import InvalidTokenError

from airflow_k8s.errors import UserError
from airflow_k8s.release.keys import MAKERS
from airflow_k8s.upkeep import keys
from airflow_k8s.upkeep.keys import Data

OLD: Data = {key: make() for key, make in MAKERS.items()}
TRUST = keys.trust(OLD, MAKERS["fernet-key"](), MAKERS["jwt-secret"]())
USE = keys.use(TRUST)
FORGET = keys.forget(USE)
STEPS = {"old": OLD, "trust": TRUST, "use": USE, "forget": FORGET}
BESIDE = [("old", "trust"), ("trust", "use"), ("use", "forget")]
"""Pods of two steps that run at once."""


def signed(data: Data) -> str:
    """A token, as a server with these keys signs it."""
    kid = data.get(keys.KID, keys.FIRST_KID)
    generator = JWTGenerator(secret_key=data["jwt-secret"], private_key=None, kid=kid, valid_for=60, audience="tasks")
    return generator.generate({"sub": "a task"})


def checked(data: Data, token: str, folder: Any) -> str:
    """Whose token it is, for a server with these keys."""
    trusted: dict[str, Any] = {"secret_key": data["jwt-secret"]}
    if keys.JWKS in data:
        file = folder / "jwks.json"
        file.write_text(data[keys.JWKS])
        trusted = {"jwks": JWKS(url=str(file))}
    validator = JWTValidator(audience="tasks", issuer=None, algorithm=["GUESS"], leeway=0, **trusted)
    return str(validator.validated_claims(token)["sub"])


def fernet(data: Data) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in data["fernet-key"].split(",")])


@pytest.mark.parametrize(
    ("one", "other"), [*BESIDE, *[(b, a) for a, b in BESIDE[:-1]], ("forget", "use"), ("old", "use")]
)
def test_what_a_pod_signs_and_encrypts_one_of_the_step_beside_it_reads(one: str, other: str, tmp_path: Any) -> None:
    if (one, other) != ("use", "forget"):
        assert checked(STEPS[other], signed(STEPS[one]), tmp_path) == "a task"
    assert fernet(STEPS[other]).decrypt(fernet(STEPS[one]).encrypt(b"word")) == b"word"


def test_in_the_end_the_old_ones_are_worth_nothing(tmp_path: Any) -> None:
    with pytest.raises(InvalidTokenError):
        checked(FORGET, signed(OLD), tmp_path)
    assert OLD["fernet-key"] not in FORGET["fernet-key"]
    assert set(FORGET) == {*OLD, keys.KID}


def test_a_token_of_the_new_key_outlives_the_rotation(tmp_path: Any) -> None:
    assert checked(FORGET, signed(USE), tmp_path) == "a task"


def test_the_next_rotation_knows_the_name_of_the_last(tmp_path: Any) -> None:
    again = keys.trust(FORGET, MAKERS["fernet-key"](), MAKERS["jwt-secret"]())
    assert checked(again, signed(FORGET), tmp_path) == "a task"
    assert checked(keys.use(again), signed(FORGET), tmp_path) == "a task"


@pytest.mark.parametrize(("data", "step"), [(OLD, "none"), (TRUST, "trust"), (USE, "use"), (FORGET, "none")])
def test_the_step_is_read_off_the_secret(data: Data, step: str) -> None:
    assert keys.Keys(data).step == step


def test_each_step_restarts_the_servers() -> None:
    assert len({keys.Keys(data).mark for data in STEPS.values()}) == len(STEPS)


def test_other_keys_of_the_secret_stay() -> None:
    for data in STEPS.values():
        assert {key: data[key] for key in ("api-secret-key", "database-password", "admin-password")} == {
            key: OLD[key] for key in ("api-secret-key", "database-password", "admin-password")
        }


class Cluster:
    """As much of a release as a rotation sees; it cuts the command off at a word, if told to."""

    def __init__(self, data: Data) -> None:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        self.name = "airflow"
        self.secret: dict[str, Any] = {"metadata": {"name": "mine", "resourceVersion": "1"}, "data": encoded}
        self.calls: list[str] = []
        self.cut: Callable[[str], bool] = lambda _: False

    def found(self, kind: str, *components: str) -> list[Any]:
        reference = {"secretKeyRef": {"name": "mine", "key": "jwt-secret"}}
        container = {"env": [{"name": "AIRFLOW__API_AUTH__JWT_SECRET", "valueFrom": reference}]}
        spec = {"template": {"spec": {"containers": [container]}}}
        return [
            {"metadata": {"name": f"airflow-{one}"}, "spec": spec}
            for one in components
            if one in ("scheduler", "api-server")
        ]

    def config(self) -> dict[str, str]:
        return {"AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME": "1800"}

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        call = " ".join(words[:3])
        if self.cut(call):
            raise KeyboardInterrupt
        self.calls.append(call)
        if words[0] == "get":
            return json.dumps(self.secret)
        if words[0] == "replace":
            assert stdin
            self.secret = json.loads(stdin)
        return ""

    @property
    def data(self) -> Data:
        return {key: base64.b64decode(value).decode() for key, value in self.secret["data"].items()}


def test_a_rotation_ends_with_new_keys_and_waits_for_the_tokens() -> None:
    cluster, waited = Cluster(OLD), list[float]()
    keys.rotate(cluster, waited.append)  # type: ignore[arg-type]
    assert keys.Keys(cluster.data).step == "none"
    assert cluster.data["fernet-key"] != OLD["fernet-key"]
    assert cluster.data["jwt-secret"] != OLD["jwt-secret"]
    assert waited[0] == pytest.approx(1860, abs=5)
    assert cluster.calls.count("rollout status deployment") == 3 * 2
    encrypted = cluster.calls.index("exec deployment/airflow-scheduler --container=scheduler")
    assert cluster.calls[:encrypted].count("replace --filename=-") == 2
    assert keys.OLD_ENDS not in cluster.secret["metadata"]["annotations"]


@pytest.mark.parametrize("number", range(1, 22))
def test_one_that_was_cut_off_at_any_call_goes_on_with_the_same_new_keys(number: int) -> None:
    cluster, seen = Cluster(OLD), list[str]()
    cluster.cut = lambda call: seen.append(call) or len(seen) == number  # type: ignore[func-returns-value]
    with pytest.raises(KeyboardInterrupt):
        keys.rotate(cluster, lambda _: None)  # type: ignore[arg-type]
    between = keys.Keys(cluster.data)
    cluster.cut = lambda _: False
    keys.rotate(cluster, lambda _: None)  # type: ignore[arg-type]
    assert keys.Keys(cluster.data).step == "none"
    if between.step != "none":
        assert cluster.data["fernet-key"] in between.data["fernet-key"].split(",")


def test_a_secret_without_keys_is_named() -> None:
    with pytest.raises(UserError, match="The Secret mine lacks jwt-secret"):
        keys.rotate(Cluster({"fernet-key": "x"}))  # type: ignore[arg-type]
