"""New Fernet and JWT keys in three steps: the servers trust the new ones, use them, forget the old ones.

Between any two pods of one step, whatever one has encrypted or signed the other can read: no task notices. Where a
rotation stands is read off the Secret, so one that was cut off goes on where it was.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from airflow_k8s.errors import UserError
from airflow_k8s.progress import step
from airflow_k8s.release.keys import MAKERS
from airflow_k8s.upkeep.release import SERVERS, Release

JWKS, PATH, KID = "jwks.json", "jwks-path", "jwt-kid"
"""In the Secret beside the keys: all JWT keys that are trusted, where pods see them, and the name of the one in use."""

MOUNTED = "/opt/airflow/keys/jwks.json"
FIRST_KID = "not-used"
"""What Airflow writes into a token where the key has no name."""

OLD_ENDS, RUNS_WITH = "airflow-k8s/old-keys-end", "airflow-k8s/keys"
LEEWAY = 60
PATIENCE = "10m"

Data = dict[str, str]


@dataclass
class Keys:
    """A Secret's keys, decoded, and until when something may be signed with the old ones."""

    data: Data
    old_ends: datetime | None = None
    whole: dict[str, Any] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """How far a rotation is: none, trust or use."""
        if JWKS not in self.data:
            return "none"
        return "trust" if _trusted(self.data)[0] == self.data["jwt-secret"] else "use"

    @property
    def mark(self) -> str:
        """Changes where the servers must start again."""
        counts = {key: self.data.get(key, "") for key in ("fernet-key", "jwt-secret", KID, JWKS)}
        return hashlib.sha256(json.dumps(counts).encode()).hexdigest()[:16]


def trust(data: Data, fernet: str, jwt: str) -> Data:
    """The first step: the new keys are read, the old ones written.

    Args:
        data: what the Secret holds.
        fernet: the new Fernet key.
        jwt: the new JWT secret.
    """
    old = {"kid": data.get(KID, FIRST_KID), "secret": data["jwt-secret"]}
    new = {"kid": hashlib.sha256(jwt.encode()).hexdigest()[:12], "secret": jwt}
    jwks = json.dumps({"keys": [_jwk(**old), _jwk(**new)]})
    return {**data, "fernet-key": f"{data['fernet-key']},{fernet}", JWKS: jwks, PATH: MOUNTED}


def use(data: Data) -> Data:
    """The second: the new keys are written, the old ones are read still."""
    *old, new = data["fernet-key"].split(",")
    kid = json.loads(data[JWKS])["keys"][1]["kid"]
    return {**data, "fernet-key": ",".join([new, *old]), "jwt-secret": _trusted(data)[1], KID: kid}


def forget(data: Data) -> Data:
    """The third: there are the new keys alone. The name of the JWT key stays, for tokens carry it."""
    kept = {key: value for key, value in data.items() if key not in (JWKS, PATH)}
    return {**kept, "fernet-key": data["fernet-key"].partition(",")[0]}


def lifetime(config: Mapping[str, str]) -> int:
    """Seconds after which no token is left that was signed before: a task's, or that of one that waits for its pod.

    Example:
        >>> lifetime({"AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "1800"})
        1860
    """
    names = ("AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME", "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT")
    return max(int(float(config.get(name, 600))) for name in names) + LEEWAY


def rotate(release: Release, pause: Callable[[float], None] = time.sleep) -> None:
    """Give a release new keys; whoever is cut off runs it again.

    Args:
        release: whose keys.
        pause: how it waits for the old tokens to end.

    Raises:
        UserError: the Secret or the servers cannot be changed; old and new keys are valid then.
    """
    keys = read(release)
    if keys.step == "none":
        keys = _write(release, keys, trust(keys.data, MAKERS["fernet-key"](), MAKERS["jwt-secret"]()))
    _settle(release, keys, "know the new keys")
    if keys.step == "trust":
        keys = _write(release, keys, use(keys.data))
        _settle(release, keys, "use the new keys")
    with step("encrypt what the database holds anew"):
        _in_scheduler(release, "airflow", "rotate-fernet-key")
    keys, end = _with_end(release, keys)
    with step(f"wait until {end:%H:%M} UTC, when the last old token ends"):
        pause(max(0.0, (end - datetime.now(UTC)).total_seconds()))
    _settle(release, _write(release, keys, forget(keys.data)), "forget the old keys")


def read(release: Release) -> Keys:
    """The keys of a release, from the Secret that its scheduler has them from.

    Raises:
        UserError: there is no such release, or its Secret lacks a key.
    """
    whole = json.loads(release.kubectl("get", "secret", _secret(release), "--output=json"))
    data = {key: base64.b64decode(value).decode() for key, value in (whole.get("data") or {}).items()}
    if missing := [key for key in ("fernet-key", "jwt-secret") if not data.get(key)]:
        raise UserError(
            f"The Secret {whole['metadata']['name']} lacks {' and '.join(missing)}.",
            "There is nothing to rotate.",
            "See keys.existingSecret, or let helm upgrade make what is missing.",
        )
    ends = (whole["metadata"].get("annotations") or {}).get(OLD_ENDS)
    return Keys(data, datetime.fromisoformat(ends) if ends else None, whole)


def _secret(release: Release) -> str:
    for deployment in release.found("deployments", "scheduler"):
        for entry in deployment["spec"]["template"]["spec"]["containers"][0]["env"]:
            if entry["name"] == "AIRFLOW__API_AUTH__JWT_SECRET":
                return str(entry["valueFrom"]["secretKeyRef"]["name"])
    raise UserError(
        "There are no keys to rotate.", "The namespace has no such release.", "See --release and --namespace."
    )


def _write(release: Release, keys: Keys, data: Data, ends: datetime | None = None) -> Keys:
    """Put keys into the Secret; Kubernetes refuses where somebody else has changed it since it was read."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    annotations = {
        key: value for key, value in keys.whole["metadata"].get("annotations", {}).items() if key != OLD_ENDS
    }
    if ends:
        annotations[OLD_ENDS] = ends.isoformat(timespec="seconds")
    whole = {**keys.whole, "data": encoded, "metadata": {**keys.whole["metadata"], "annotations": annotations}}
    release.kubectl("replace", "--filename=-", stdin=json.dumps(whole))
    return read(release)


def _with_end(release: Release, keys: Keys) -> tuple[Keys, datetime]:
    """Note when the old tokens end, counted from when the last server used the new key."""
    if keys.old_ends:
        return keys, keys.old_ends
    end = datetime.fromtimestamp(time.time() + lifetime(release.config()), UTC)
    return _write(release, keys, keys.data, end), end


def _settle(release: Release, keys: Keys, what: str) -> None:
    """Let every server run with the keys that the Secret holds; one that does already is left alone."""
    patch = json.dumps({"spec": {"template": {"metadata": {"annotations": {RUNS_WITH: keys.mark}}}}})
    with step(f"let the servers {what}"):
        names = [one["metadata"]["name"] for one in release.found("deployments", *SERVERS)]
        for name in names:
            release.kubectl("patch", "deployment", name, f"--patch={patch}")
        for name in names:
            release.kubectl("rollout", "status", "deployment", name, f"--timeout={PATIENCE}")


def _in_scheduler(release: Release, *command: str) -> None:
    release.kubectl("exec", f"deployment/{release.name}-scheduler", "--container=scheduler", "--", *command)


def _jwk(kid: str, secret: str) -> dict[str, str]:
    encoded = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    return {"kty": "oct", "alg": "HS512", "kid": kid, "k": encoded}


def _trusted(data: Data) -> list[str]:
    """The JWT keys that are trusted, the old one first."""
    found = [one["k"] for one in json.loads(data[JWKS])["keys"]]
    return [base64.urlsafe_b64decode(k + "=" * (-len(k) % 4)).decode() for k in found]
