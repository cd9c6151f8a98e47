"""R scripts as tasks: untouched files or inline code, run by Rscript in a process of their own.

Not rpy2: R inside the worker's Python would take the task's report with it when it crashes, and would fight it for
signals (https://github.com/rpy2/rpy2/issues/809).
"""

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, ClassVar

from airflow.sdk.bases.hook import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from airflow_k8s.operators import family, r_log, values
from airflow_k8s.operators.on_image import OnImage

PROFILE = Path(__file__).with_name("profile.R")
"""What every script finds: airflow_conn(), airflow_xcom_pull(), airflow_return() …, and errors with their calls."""

PLACE = "AIRFLOW_R_PLACE"
"""Variable with the folder of one run of a script; what the script starts inherits it, and is known by it."""

VERSIONS = "r_versions"
"""XCom with the versions of R and of the packages that a script loaded."""

SECONDS_TO_STOP = 10
"""Between asking a script to end and ending it."""


class RScriptOperator(OnImage):
    """Run an R script in the task's pod, on the image ``r-data`` unless another is named.

    A file is run as it is, so that it also runs on a laptop with ``Rscript``: Jinja would take tidyverse's ``{{ }}``
    for its own. Inline ``code``, ``args``, ``env`` and ``inputs`` are templated.

    In the script, ``airflow_xcom_pull("orders")`` is what stands in ``inputs``, ``airflow_db("warehouse")`` an open DBI
    connection for one of ``conns``, and ``airflow_return(x)`` the task's XCom; docs/r-scripts.md has the others.

    Args:
        script: path of an R script, from the DAG file's folder.
        code: R code, in place of a script.
        args: arguments for the script, which commandArgs(TRUE) gives.
        env: variables for the script beside the pod's own.
        inputs: values for the script by name, such as other tasks' results; what JSON can say.
        conns: ids of the connections that the script may ask for; that of the class (``connects_to``) if left out.
        skip_on_exit_code: the script says by it that the task is skipped.
        kwargs: ``image``, ``cpu``, ``memory`` … as OnImage has them, and what every operator takes.

    Raises:
        ValueError: neither script nor code, or both.

    Example:
        RScriptOperator(task_id="score", script="score.R", args=["{{ ds }}"], conns=["warehouse"], memory="4Gi")
    """

    runs_on: ClassVar[Mapping[str, object]] = {"image": "r-data"}
    template_fields: Sequence[str] = ("code", "args", "env", "inputs")
    template_fields_renderers: ClassVar[dict[str, str]] = {"code": "r", "inputs": "json"}
    ui_color = "#e4ecf7"
    conn_id_field: ClassVar[str | None] = None  # it has conns

    def __init__(
        self,
        *,
        script: str | None = None,
        code: str | None = None,
        args: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        inputs: Mapping[str, Any] | None = None,
        conns: Sequence[str] | str | None = None,
        skip_on_exit_code: int = 99,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (script is None) == (code is None):
            raise ValueError("RScriptOperator runs a script or code. It got both or neither. Give one of them.")
        self.script, self.code, self.args, self.env = script, code, args, env
        self.inputs, self.skip_on_exit_code = inputs, skip_on_exit_code
        asked = self.connects_to or () if conns is None else conns
        self.conns = [asked] if isinstance(asked, str) else list(asked)
        self._mark: family.Mark | None = None

    def execute(self, context: Mapping[str, Any]) -> Any:
        """Run the script to its end and return what it gave to airflow_return()."""
        with tempfile.TemporaryDirectory(prefix="r-") as folder:  # 0700: connections lie in it
            place = Path(folder)
            self._mark = (PLACE, folder)
            code = self._run([*self._command(place, context), *map(str, self.args)], self._environment(place))
            self._note_versions(place / "versions.json", context)
            self._judge(code)
            return _returned(place / "return.json")

    def on_kill(self) -> None:
        """End the script and everything that it started: ask, wait, then insist."""
        if self._mark is not None:
            family.end(self._mark, SECONDS_TO_STOP)

    def _command(self, place: Path, context: Mapping[str, Any]) -> list[str]:
        if self.script is not None:
            path = Path(context["dag"].folder) / self.script
            if not path.is_file():
                raise AirflowException(f"There is no R script {path}. Paths count from the DAG file. Mend `script`.")
            return ["Rscript", str(path)]
        (place / "code.R").write_text(str(self.code))
        return ["Rscript", str(place / "code.R")]

    def _environment(self, place: Path) -> dict[str, str]:
        connections = {conn_id: _connection(conn_id) for conn_id in self.conns}
        for name, content in {"inputs": self.inputs or {}, "connections": connections}.items():
            file = place / f"{name}.json"
            file.touch(0o600)
            file.write_text(values.as_json(content))
        own = {"R_PROFILE_USER": str(PROFILE), "TMPDIR": str(place)}
        return {**os.environ, **own, **(self.env or {}), PLACE: str(place)}

    def _run(self, command: list[str], environment: dict[str, str]) -> int:
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="backslashreplace",
            start_new_session=True,  # so that a signal for this task's group does not reach it before on_kill does
        )
        try:
            readers = [self._reader(process.stdout, r_log.Plain()), self._reader(process.stderr, r_log.Conditions())]
            code = process.wait()
            family.kill((PLACE, environment[PLACE]))  # what it left behind would keep the readers waiting
            for reader in readers:
                reader.join()
            return code
        except BaseException:  # a timeout, too, is one
            self.on_kill()
            process.wait()
            raise

    def _reader(self, stream: IO[str] | None, levels: "r_log.Levels") -> threading.Thread:
        reader = threading.Thread(target=self._tell, args=(stream, levels), daemon=True)
        reader.start()
        return reader

    def _tell(self, stream: IO[str], levels: "r_log.Levels") -> None:
        for line in stream:
            self.log.log(levels.of(line), "%s", line.rstrip())

    def _note_versions(self, file: Path, context: Mapping[str, Any]) -> None:
        if file.exists():  # not where R was killed
            context["ti"].xcom_push(key=VERSIONS, value=json.loads(file.read_text()))

    def _judge(self, code: int) -> None:
        if code == self.skip_on_exit_code:
            raise AirflowSkipException(f"The R script ended with exit code {code}: skipped.")
        if code:
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            raise AirflowException(f"The R script {how}. Its last words are above.")


def _connection(conn_id: str) -> dict[str, Any]:
    """A connection as R gets it; Airflow masks its password in this task's log from here on."""
    conn = BaseHook.get_connection(conn_id)
    fields = ("conn_type", "host", "port", "login", "password", "schema")
    return {**{field: getattr(conn, field) for field in fields}, "extra": conn.extra_dejson}


def _returned(file: Path) -> Any:
    if not file.exists():
        return None
    values.check_size(file.stat().st_size, "The R script", "Return a data frame with airflow_return_table().")
    return json.loads(file.read_text())
