"""A container of one's own on an image of the catalogue: KubernetesPodOperator in plain words."""

from collections.abc import Mapping
from typing import Any, ClassVar

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.utils.xcom_sidecar import PodDefaults
from airflow.sdk.definitions.context import Context
from kubernetes.client import models as k8s

from airflow_k8s.operators.on_image import WORDS, wish
from airflow_k8s.policy.whose import whose
from airflow_k8s.tasks import parse
from airflow_k8s.tasks.catalogue import Catalogue, in_a_task
from airflow_k8s.tasks.placement import resolve

RESTRICTED: Mapping[str, Any] = {
    "security_context": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "container_security_context": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
    "automount_service_account_token": False,
}
"""What the profile `restricted` of Pod Security asks for, and no token; ``KubernetesPodOperator(**RESTRICTED, …)`` too.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

SCRATCH = "scratch"
SIDECAR = k8s.V1ResourceRequirements(
    requests={"cpu": "10m", "memory": "16Mi"}, limits={"cpu": "100m", "memory": "64Mi"}
)
"""For the container that hands over ``/airflow/xcom/return.json``; it sleeps."""

SECONDS_TO_START = 600
"""A node may have to be fetched, and then the image."""


class PodOperator(KubernetesPodOperator):
    """Run a container of its own on an image of the catalogue, of the size that is asked for.

    The task's pod starts it, passes its log on and removes it: two pods, where every other operator has one. It is for
    what must not share a container with Airflow. The container passes Pod Security `restricted` and may write to /tmp.

    Args:
        image: name in the catalogue, for the container; tag, size, cpu and so on as in ``on_image``. What the task's
            own pod gets is said as everywhere, by ``executor_config``.
        kwargs: ``cmds``, ``arguments``, ``env_vars`` and so on, as KubernetesPodOperator takes them.

    Example:
        PodOperator(task_id="score", image="r-data", cmds=["Rscript", "-e", "sessionInfo()"], cpu=2, memory="4Gi")
    """

    runs_on: ClassVar[Mapping[str, object]] = {}
    """What the class's containers ask for, as ``on_image`` gives it."""

    # The image is a name, and checked when the DAG file is read: no template.
    template_fields = tuple(field for field in KubernetesPodOperator.template_fields if field != "image")
    ui_color = "#fdf0e6"

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
        **kwargs: Any,
    ) -> None:
        said: dict[str, Any] = {"image": image, "tag": tag, "size": size, "cpu": cpu, "memory": memory}
        said |= {"disk": disk, "gpu": gpu, "node_pool": node_pool, "default_args": kwargs.get("default_args")}
        self.words = self.launched(said)
        scratch = k8s.V1VolumeMount(name=SCRATCH, mount_path="/tmp")  # noqa: S108 - the container's own
        kwargs["volumes"] = [*(kwargs.get("volumes") or []), k8s.V1Volume(name=SCRATCH, empty_dir={})]
        kwargs["volume_mounts"] = [*(kwargs.get("volume_mounts") or []), scratch]
        rights = {"xcom_sidecar_container_security_context": RESTRICTED["container_security_context"]}
        super().__init__(**{**RESTRICTED, **rights, "startup_timeout_seconds": SECONDS_TO_START, **kwargs})

    @classmethod
    def launched(cls, said: Mapping[str, Any]) -> dict[str, object]:
        """What a task of this class asks for its container.

        Args:
            said: the arguments of the task, and its ``default_args``.

        Example:
            >>> PodOperator.launched({"image": "r-data", "default_args": {"cpu": 2, "executor_config": {"cpu": 1}}})
            {'cpu': 2, 'image': 'r-data'}
        """
        defaults = said.get("default_args") or {}
        words, defaults = ({word: one[word] for word in WORDS if word in one} for one in (said, defaults))
        return wish({**words, "default_args": defaults}, cls.runs_on)

    def execute(self, context: Context) -> Any:
        """Find the image in the platform's catalogue, then start, follow and remove the container's pod."""
        self.place(in_a_task())
        return super().execute(context)

    def place(self, catalogue: Catalogue) -> None:
        """Put the image, the size and the nodes into the fields that KubernetesPodOperator makes a pod from.

        Args:
            catalogue: what the platform offers.

        Raises:
            RequestError: it does not offer what the task asks for.
        """
        team, labels = whose(self, catalogue.teams)
        placement = resolve(parse(self.words), catalogue, team)
        nodes = placement.pool or catalogue.nodes
        self.image = placement.reference or catalogue.images[placement.image].reference
        self.labels = {**self.labels, "airflow-k8s/image": placement.image, **labels}
        self.container_resources = k8s.V1ResourceRequirements(
            requests=placement.size.requests, limits=placement.size.limits
        )
        self.node_selector = {**nodes.selector, **self.node_selector}
        self.tolerations = [*nodes.tolerations, *self.tolerations]
        self.image_pull_secrets = [*catalogue.pull_secrets, *self.image_pull_secrets]

    def build_pod_request_obj(self, context: Context | None = None, *, dry_run: bool = False) -> k8s.V1Pod:
        """The pod; what hands over its result runs on the same image, for no other may be in reach."""
        pod = super().build_pod_request_obj(context, dry_run=dry_run)
        for container in pod.spec.containers:
            if container.name == PodDefaults.SIDECAR_CONTAINER_NAME:
                container.image, container.resources = self.image, SIDECAR
        return pod
