"""What is known of an image before it is judged: its metadata, how it starts, and what lies on its disk."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from airflow_k8s.images.contract import Outcome


class Found(BaseModel):
    """Data that a script inside an image printed; a question that failed is answered by its error, a text."""

    model_config = ConfigDict(frozen=True)


class Start(Found):
    """What a task's pod would find (inside/probe_start.py)."""

    python: str
    executable: str
    init: str
    """Program that is process 1."""
    arguments: tuple[str, ...]
    """As they came in."""
    worker: str
    """Why what a task's pod starts with cannot be imported; empty when it can."""
    packages: Mapping[str, str] | str
    unmet: tuple[str, ...] | str
    uncompiled: tuple[int, int] | str
    """Of the modules that were imported: those without usable bytecode, and all."""
    authorities: int | str
    """Certificates that Python's ssl trusts."""
    zone: str
    """What the C library calls India's time."""
    charset: str
    bash: str


class Disk(Found):
    """What lies on the disk (inside/probe_disk.py)."""

    setuid: tuple[str, ...]
    compilers: tuple[str, ...]
    caches: int
    """Bytes."""
    airflows: tuple[str, ...]
    """Files by which each installed Airflow is known."""
    unlinked: Mapping[str, tuple[str, ...]]
    """Shared libraries that are not there, and who wants them."""
    stale: tuple[str, ...]
    """Sources whose bytecode was made of another text, and would be run."""
    suspects: Mapping[str, str]
    """Small files in which people keep secrets, with their text."""


class Trial(Found):
    """One start of the image, under conditions that are looser from trial to trial."""

    conditions: str
    """What this trial allowed that the one before did not: "" for the first, which is a task's pod."""
    start: Start | None
    """What it found, None where it never came to say."""
    ended_well: bool
    """Whether SIGTERM reached it, and its exit code came back."""
    said: str
    """Its last words where it did not find anything."""

    @property
    def works(self) -> bool:
        """Whether what a task's pod starts with could be imported."""
        return self.start is not None and not self.start.worker


class Facts(Found):
    """All that the rules judge by."""

    reference: str
    architecture: str
    """As the image says: "amd64"."""
    engine: str
    """Architecture of the engine that tried it."""
    user: str
    """Of the image's configuration: "50000:0"."""
    env: Mapping[str, str]
    history: tuple[str, ...]
    """The instructions that it was made by."""
    trials: tuple[Trial, ...]
    disk: Disk | None = None
    contract: Mapping[str, Outcome] | None = None
    """How the contract's tasks ended; None where they were not run."""

    @property
    def start(self) -> Start | None:
        """What the strictest trial found that found anything."""
        return next((trial.start for trial in self.trials if trial.start), None)

    @property
    def packages(self) -> dict[str, str]:
        """Every distribution with its version, by its name as PyPI compares names."""
        from packaging.utils import canonicalize_name  # noqa: PLC0415

        there = self.start.packages if self.start else {}
        named = there if isinstance(there, Mapping) else {}
        return {canonicalize_name(name): version for name, version in named.items()}
