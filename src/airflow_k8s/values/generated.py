"""What in the chart's folder is written by machine, and from what; a test holds each current."""

from collections.abc import Callable, Iterator
from pathlib import Path

from airflow_k8s.paths import ROOT
from airflow_k8s.values import options, reference, refused, schema

FILES: dict[Path, Callable[[], str]] = {
    options.FILE: options.text,
    schema.FILE: refused.text,
    reference.README: reference.text,
}
"""Each file, and what its text must be."""


def write() -> Iterator[Path]:
    """Write each file that is not as it must be, and tell which."""
    for file, text in FILES.items():
        wanted = text()
        if not file.exists() or file.read_text() != wanted:
            file.write_text(wanted)
            yield file.relative_to(ROOT)
