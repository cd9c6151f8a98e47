"""Write the software bill of materials of an image, by syft, from the engine's own copy."""

import json
import shutil
from pathlib import Path
from typing import Any

from airflow_k8s import process
from airflow_k8s.cluster import tools
from airflow_k8s.errors import UserError
from airflow_k8s.images import engine
from airflow_k8s.paths import DIST

SBOMS = DIST / "sboms"
SPDX, CYCLONEDX = "spdx-json", "cyclonedx-json"
ENDINGS = {SPDX: "spdx.json", CYCLONEDX: "cdx.json"}
"""Formats as syft calls them, and the ending by which other programs know each."""

QUIETLY = {"SYFT_CHECK_FOR_APP_UPDATE": "false", "SYFT_FILE_METADATA_SELECTION": "none"}
"""Ask nobody for news, and leave out a checksum for each file: dpkg and pip have them, and they double the size."""


def write(reference: str, form: str = SPDX, folder: Path = SBOMS) -> Path:
    """Write what an image holds to ``<its name>.spdx.json`` or ``.cdx.json``, and return the file.

    Args:
        reference: an image that the engine has.
        form: a key of ENDINGS.
        folder: where the file goes.

    Raises:
        UserError: the engine does not have the image.
    """
    path = folder / f"{short_name(reference)}.{ENDINGS[form]}"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_of_image(reference, form), path)
    return path


def read(reference: str) -> dict[str, Any]:
    """What an image holds, as SPDX.

    Raises:
        UserError: the engine does not have the image.
    """
    return dict(json.loads(_of_image(reference, SPDX).read_text()))


def short_name(reference: str) -> str:
    """What a reference is called when neither registry nor tag matter.

    Example:
        >>> short_name("localhost:5001/airflow-k8s/r-data:3.3.2-0a1b2c"), short_name("python@sha256:0a1b")
        ('r-data', 'python')
    """
    return reference.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]


def _of_image(reference: str, form: str) -> Path:
    """The bill of an image, kept by the image's id: the same content is not looked through twice."""
    path = SBOMS / "by-id" / f"{_id(reference).removeprefix('sha256:')[:12]}.{ENDINGS[form]}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        process.run(
            [tools.path("syft"), "scan", f"docker:{reference}", "--quiet", "--output", f"{form}={unfinished}"],
            env=QUIETLY,
        )
        unfinished.rename(path)
    return path


def _id(reference: str) -> str:
    from docker.errors import ImageNotFound  # noqa: PLC0415  (what needs no engine starts faster without)

    try:
        return str(engine.client().images.get(reference).id)
    except ImageNotFound as missing:
        raise UserError(
            f"The engine has no image {reference}.",
            "What it holds is read from the engine's own copy.",
            "Build it with `airflow-k8s images build`, or `docker pull` it, and run the same again.",
        ) from missing
