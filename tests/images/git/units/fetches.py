"""Git and ssh work as a uid that nobody knows, on a copy that was another's, below a root that cannot be written."""

import os
import pwd
import subprocess
from pathlib import Path

from airflow_k8s.dags.repository import Repository
from airflow_k8s.errors import UserError

place = Path("/tmp/fetches")
place.mkdir()


def git(*words: str) -> None:
    identity = {f"GIT_{who}_{what}": "ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", str(place / "site"), *words], env=os.environ | identity, check=True)


def refused(url: str) -> str:
    try:
        Repository(url, "main", "", place / "copy", place / "secret", place).fetch()
    except UserError as error:
        return str(error)
    raise AssertionError(url)


try:
    pwd.getpwuid(os.getuid())
    raise AssertionError("this uid has a name")
except KeyError:
    pass

(place / "site").mkdir()
git("init", "--quiet", "--initial-branch=main")
(place / "site" / "one.py").write_text("1")
git("add", ".")
git("commit", "--quiet", "--message=one")

repository = Repository(f"file://{place}/site", "main", "", place / "copy", place / "secret", place)
repository.open()
commit = repository.fetch()
assert repository.served() == commit
repository.pack(commit, place / "packed")
assert (place / "packed").stat().st_size

# Had ssh found no name for its uid, it would not have come to call anybody.
assert "It does not answer." in refused("ssh://git@127.0.0.1:1/dags"), refused("ssh://git@127.0.0.1:1/dags")
# TLS is there, and speaks: nobody listens.
assert "It does not answer." in refused("https://127.0.0.1:1/dags"), refused("https://127.0.0.1:1/dags")
