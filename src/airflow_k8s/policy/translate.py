"""From what a task says to the ``executor_config`` that KubernetesExecutor understands."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from airflow.exceptions import AirflowClusterPolicyViolation

from airflow_k8s.errors import UserError
from airflow_k8s.policy import deadlines
from airflow_k8s.policy.whose import whose
from airflow_k8s.tasks import Request, RequestError, parse
from airflow_k8s.tasks.catalogue import Catalogue, Launcher, Team, load
from airflow_k8s.tasks.placement import resolve

EXECUTOR = "KubernetesExecutor"
TEMPLATE = "pod_template_file"

POD_LAUNCHERS = "KubernetesPodOperator"
"""Operators with this class among their ancestors start pods themselves; by name, for importing it takes a second."""

MOST_MISTAKES = 20


def judge(dag: Any, catalogue_path: str) -> None:
    """Refuse a DAG for what none of its tasks says.

    Args:
        dag: as the DAG processor has just read it.
        catalogue_path: file of the catalogue.

    Raises:
        AirflowClusterPolicyViolation: names the DAG's mistake, and those of its tasks below it.
    """
    try:
        deadlines.check(dag)
    except UserError as mistake:
        raise AirflowClusterPolicyViolation(_all_mistakes(dag, None, mistake, catalogue_path)) from None


def apply(task: Any, catalogue_path: str) -> None:
    """Translate one task in place.

    Args:
        task: an operator, plain or mapped. Its ``executor_config`` is replaced, never changed: through ``default_args``
            many tasks share one.
        catalogue_path: file of the catalogue.

    Raises:
        AirflowClusterPolicyViolation: names this task's mistake, and those of the DAG's other tasks below it.
    """
    try:
        config = translated(task, catalogue_path)
    except UserError as mistake:
        raise AirflowClusterPolicyViolation(_all_mistakes(task.get_dag(), task, mistake, catalogue_path)) from None
    if config is not None:
        _write(task, config)


def translated(task: Any, catalogue_path: str) -> dict[str, object] | None:
    """The ``executor_config`` that a task needs, or None where its own may stay.

    Raises:
        UserError: the task asks for what it cannot have, or the catalogue cannot be read.
    """
    if not _is_ours(task):
        return None
    _refuse_mapped_config(task)
    if _is_done(task.executor_config, catalogue_path):
        return None
    request = parse(_asked(task))
    launches = POD_LAUNCHERS in (ancestor.__name__ for ancestor in _class(task).__mro__)
    asks = launches or request != Request()
    try:
        catalogue = _catalogue(catalogue_path)
    except UserError:
        if asks:
            raise
        return None  # what it lacks is a label, and that is worth no DAG
    team, labelled = whose(task, catalogue.teams)
    if launches:
        _check_launched(task, catalogue, team)
    return _placed(request, catalogue, launches, team, labelled) if asks or labelled else None


def _asked(task: Any) -> object:
    """What a task says. A mapped task's operator is made when it runs, so its class is asked what it would say."""
    asked = getattr(_class(task), "asked", None) if task.is_mapped else None
    if asked is None:
        return task.executor_config
    return asked({**task.partial_kwargs, "default_args": _default_args(task)})


def _default_args(task: Any) -> Mapping[str, Any]:
    """Those of its DAG and of the task groups that it stands in."""
    from airflow.sdk.bases.operator import get_merged_defaults  # noqa: PLC0415 - only mapped tasks need it

    return get_merged_defaults(task.get_dag(), task.task_group, None, None)[0]


def _check_launched(task: Any, catalogue: Catalogue, team: Team | None) -> None:
    """What a task asks for the container that it will start; the task finds it again when it runs (PodOperator)."""
    launched = getattr(_class(task), "launched", None)
    if launched is not None:
        said = launched({**task.partial_kwargs, "default_args": _default_args(task)}) if task.is_mapped else task.words
        resolve(parse(said), catalogue, team)


def _placed(
    request: Request, catalogue: Catalogue, launches: bool, team: Team | None, labelled: Mapping[str, str]
) -> dict[str, object] | None:
    launcher = Launcher(catalogue.pod_launcher, catalogue.config_map) if launches and catalogue.pod_launcher else None
    placement = resolve(request, catalogue, team)
    pod: object = None
    if launcher or labelled or request.says_more_than_an_image or placement.reference:
        from airflow_k8s.policy import pods  # noqa: PLC0415 - the kubernetes client takes half a second

        pod = pods.override(request, placement, launcher, labelled)
    if pod is request.pod_override and not request.says_anything:
        return None
    return {TEMPLATE: placement.template} | ({} if pod is None else {"pod_override": pod})


def _is_ours(task: Any) -> bool:
    """Whether its pod is ours to shape: tasks for another executor, LocalExecutor say, have none."""
    return not task.executor or str(task.executor).rsplit(".", 1)[-1] == EXECUTOR


def _is_done(config: object, catalogue_path: str) -> bool:
    """Whether this is a translation already: a DAG object that two files import is read twice."""
    if not isinstance(config, Mapping) or TEMPLATE not in config:
        return False
    return config[TEMPLATE] in {image.template for image in _catalogue(catalogue_path).images.values()}


def _refuse_mapped_config(task: Any) -> None:
    """Airflow takes it in ``expand_kwargs([{"executor_config": …}])`` and then uses it for no pod."""
    rows = getattr(getattr(task, "expand_input", None), "value", None)
    if isinstance(rows, list) and any(isinstance(row, Mapping) and "executor_config" in row for row in rows):
        raise RequestError(
            "expand_kwargs() cannot vary executor_config.",
            "All pods of a mapped task are alike.",
            "Write it in partial(executor_config=…), or make one task for each image or size.",
        )


def _class(task: Any) -> type:
    return task.operator_class if task.is_mapped else type(task)


def _write(task: Any, config: dict[str, object]) -> None:
    if task.is_mapped:  # has no setter for it
        task.partial_kwargs["executor_config"] = config
    else:
        task.executor_config = config


def _catalogue(path: str) -> Catalogue:
    """The catalogue, read once for each version of its file."""
    try:
        version = Path(path).stat().st_mtime_ns
    except OSError:
        version = 0
    return _load(path, version)


@lru_cache(maxsize=1)
def _load(path: str, _version: int) -> Catalogue:
    return load(path)


def _all_mistakes(dag: Any, task: Any, first: UserError, catalogue_path: str) -> str:
    """One line a wrong task, this one first: who has five to mend wants to see five."""
    lines = [_line(dag, task, first)]
    others = _mistakes(dag, task, catalogue_path)
    lines += [_line(dag, other, mistake) for other, mistake in others if str(mistake) != str(first)]
    hidden = len(lines) - MOST_MISTAKES
    return "\n".join(lines[:MOST_MISTAKES] + ([f"And {hidden} more."] if hidden > 0 else []))


def _mistakes(dag: Any, task: Any, catalogue_path: str) -> Iterator[tuple[Any, UserError]]:
    for other in dag.tasks:
        try:
            if other is not task:
                translated(other, catalogue_path)
        except UserError as mistake:
            yield other, mistake


def _line(dag: Any, task: Any, mistake: UserError) -> str:
    whose = f'Task "{task.task_id}" of DAG "{dag.dag_id}"' if task else f'DAG "{dag.dag_id}"'
    return f"{whose} in {dag.relative_fileloc or Path(dag.fileloc).name}: {mistake}"
