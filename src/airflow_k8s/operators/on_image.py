"""A mixin with which an operator asks for its image, cpu and memory by arguments of its own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from airflow.sdk import BaseOperator

WORDS = ("image", "tag", "size", "cpu", "memory", "disk", "gpu", "node_pool")
"""Those of ``on_image`` that an operator takes as arguments; ``env`` means something to many operators already."""


class OnImage(BaseOperator):
    """Gives an operator the arguments ``image``, ``size``, ``cpu``, ``memory`` … and a class its defaults for them.

    In a team's own class it stands before the operator's. A word of the task wins over one of the class (``runs_on``),
    and that over one of the DAG's ``default_args``. What else is in ``executor_config`` is kept.

    Args:
        image: name in the catalogue; the others as in ``on_image``.
        executor_config: plain words, or what they cannot say.
        kwargs: everything else is the operator's.

    Example:
        >>> from airflow.providers.standard.operators.bash import BashOperator
        >>> class ScoreOperator(OnImage, BashOperator):
        ...     runs_on = {"image": "r-data", "memory": "4Gi"}
        ...     ui_color = "#e4ecf7"
        >>> ScoreOperator(task_id="score", bash_command="true", cpu=2).executor_config
        {'image': 'r-data', 'memory': '4Gi', 'cpu': 2}
    """

    runs_on: ClassVar[Mapping[str, object]] = {}
    """What the class asks for, as ``on_image`` gives it."""

    connects_to: ClassVar[str | None] = None
    """Id of the connection that tasks of this class use unless they name another. It is given to the operator's
    argument ``conn_id``, or to the one that the class names in ``conn_id_field``, as Airflow's own SQL operators do."""

    def __init__(
        self,
        *,
        image: str | None = None,
        tag: str | None = None,
        size: str | None = None,
        cpu: float | str | None = None,
        memory: str | None = None,
        disk: str | None = None,
        gpu: int | None = None,
        node_pool: str | None = None,
        executor_config: Mapping[str, object] | None = None,
        **kwargs: Any,
    ) -> None:
        said: dict[str, Any] = {"image": image, "tag": tag, "size": size, "cpu": cpu, "memory": memory}
        said |= {"disk": disk, "gpu": gpu, "node_pool": node_pool, "executor_config": executor_config}
        config = self.asked({**said, "default_args": kwargs.get("default_args")})
        if self.connects_to and (argument := getattr(self, "conn_id_field", "conn_id")):
            kwargs.setdefault(argument, self.connects_to)
        super().__init__(executor_config=config or None, **kwargs)

    @classmethod
    def asked(cls, said: Mapping[str, Any]) -> dict[str, object]:
        """What a task of this class asks for; also for mapped tasks, whose operator is made when they run.

        Args:
            said: the arguments of the task, those that came from ``default_args`` among them.

        Example:
            >>> OnImage.asked({"image": "base", "default_args": {"image": "r-data", "executor_config": {"cpu": 2}}})
            {'cpu': 2, 'image': 'base'}
        """
        return wish(said, cls.runs_on)


def wish(said: Mapping[str, Any], runs_on: Mapping[str, object]) -> dict[str, object]:
    """What a task says, over what its class says, over what its DAG says.

    Args:
        said: the arguments of the task, and its ``default_args``.
        runs_on: what its class says.

    Example:
        >>> wish({"memory": "3Gi", "default_args": {"memory": "1Gi", "cpu": 2}}, {"memory": "2Gi", "image": "r-data"})
        {'cpu': 2, 'memory': '3Gi', 'image': 'r-data'}
    """
    defaults = said.get("default_args") or {}
    # Airflow fills in what default_args say: what is the very object that they hold was not said by the task.
    own = {word: said.get(word) for word in (*WORDS, "executor_config") if said.get(word) is not defaults.get(word)}
    return {**_words(defaults), **runs_on, **_words(own)}


def _words(said: Mapping[str, Any]) -> dict[str, object]:
    plain = {word: said[word] for word in WORDS if said.get(word) is not None}
    return {**(said.get("executor_config") or {}), **plain}
