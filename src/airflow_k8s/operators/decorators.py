"""``@task.on_image`` and ``@task.r``: Airflow finds them by this package's provider info.

Editors and type checkers know only Airflow's own ``@task.…``. For them the same decorators can be imported:
``from airflow_k8s.operators.decorators import on_image_task, r_task``.
"""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk.bases.decorator import DecoratedOperator, TaskDecorator, determine_kwargs, task_decorator_factory
from airflow.sdk.definitions._internal.types import SET_DURING_EXECUTION
from airflow.sdk.definitions.context import KNOWN_CONTEXT_KEYS
from airflow.sdk.exceptions import AirflowException

from airflow_k8s.operators.on_image import OnImage
from airflow_k8s.operators.r import RScriptOperator


class _OnImageOperator(OnImage, _PythonDecoratedOperator):
    """A Python function as a task on an image of the catalogue."""

    custom_operator_name = "@task.on_image"


class _RDecoratedOperator(DecoratedOperator, RScriptOperator):
    """R code that a Python function returns."""

    custom_operator_name = "@task.r"
    overwrite_rtif_after_execution = True  # the code that was run shows among the rendered fields
    template_fields: Sequence[str] = (*DecoratedOperator.template_fields, *RScriptOperator.template_fields)
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DecoratedOperator.template_fields_renderers,
        **RScriptOperator.template_fields_renderers,
    }

    def __init__(
        self,
        *,
        python_callable: Callable[..., str],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            python_callable=python_callable,
            op_args=op_args,
            op_kwargs=op_kwargs,
            code=SET_DURING_EXECUTION,
            **kwargs,
        )

    def execute(self, context: Mapping[str, Any]) -> Any:
        """Ask the function for the code, and run it with the function's arguments as its inputs."""
        everything = determine_kwargs(self.python_callable, self.op_args, {**context, **self.op_kwargs})
        self.code = self.python_callable(*self.op_args, **everything)
        if not isinstance(self.code, str) or not self.code.strip():
            raise AirflowException("@task.r runs R code that its function returns. It returned none. Return a text.")
        self.inputs = {**self._arguments(), **(self.inputs or {})}
        return RScriptOperator.execute(self, context)

    def _arguments(self) -> dict[str, Any]:
        """What the function was called with; not what Airflow's context adds, which R could not read."""
        signature = inspect.signature(self.python_callable)
        optional = {name: one.default for name, one in signature.parameters.items() if one.default is not one.empty}
        defaults = {name: value for name, value in optional.items() if name not in KNOWN_CONTEXT_KEYS}
        return {**defaults, **signature.bind_partial(*self.op_args, **self.op_kwargs).arguments}


def on_image_task(
    image: str,
    *,
    tag: str | None = None,
    size: str | None = None,
    cpu: float | str | None = None,
    memory: str | None = None,
    disk: str | None = None,
    gpu: int | None = None,
    node_pool: str | None = None,
    **kwargs: Any,
) -> TaskDecorator:
    """Run a Python function as a task on an image of the catalogue: ``@task.on_image("python-data", memory="4Gi")``.

    Args:
        image: name in the catalogue; tag, size, cpu and so on as in ``on_image``.
        tag: an older tag of the image.
        size: one of the platform's sizes.
        cpu: cores.
        memory: a number with Mi or Gi.
        disk: a number with Mi or Gi.
        gpu: graphics cards.
        node_pool: a kind of nodes.
        kwargs: what ``@task`` takes.

    Raises:
        TypeError: no image is named.

    Example:
        >>> @on_image_task("python-data", memory="4Gi")
        ... def report() -> int:
        ...     return 1
        >>> report().operator.executor_config
        {'image': 'python-data', 'memory': '4Gi'}
    """
    if not isinstance(image, str):
        raise TypeError('@task.on_image got no image. Write for example @task.on_image("python-data").')
    words = {"image": image, "tag": tag, "size": size, "cpu": cpu, "memory": memory}
    words |= {"disk": disk, "gpu": gpu, "node_pool": node_pool}
    said: dict[str, Any] = {word: value for word, value in words.items() if value is not None}
    return task_decorator_factory(decorated_operator_class=_OnImageOperator, **said, **kwargs)


def r_task(python_callable: Callable[..., str] | None = None, **kwargs: Any) -> TaskDecorator:
    """Run the R code that a function returns: ``@task.r(conns=["warehouse"], memory="4Gi")``.

    In the code, ``airflow_xcom_pull("month")`` is the function's argument ``month``, so that no value needs to be
    pasted into the code. The code is run as it is returned: what the function does, Jinja need not.

    Args:
        python_callable: the function, where the decorator stands alone.
        kwargs: what RScriptOperator takes beside ``script`` and ``code``.

    Example:
        >>> @r_task
        ... def double(number):
        ...     return 'airflow_return(2 * airflow_xcom_pull("number"))'
        >>> double(21).operator.executor_config
        {'image': 'r-data'}
    """
    return task_decorator_factory(python_callable, decorated_operator_class=_RDecoratedOperator, **kwargs)
