"""A KubernetesPodOperator task: a container of one's own, launched by the task's pod."""

import os

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import dag
from kubernetes.client import models as k8s


@dag(schedule=None, tags=["smoke"])
def kubernetes_pod_operator():
    KubernetesPodOperator(
        task_id="own_container",
        name="own-container",
        image=os.environ.get("AIRFLOW_K8S_IMAGE", "base"),
        cmds=["python", "-c", "print('hello from a pod of its own')"],
        security_context={"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        container_security_context={"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        container_resources=k8s.V1ResourceRequirements(requests={"cpu": "50m", "memory": "64Mi"}),
        on_finish_action="delete_pod",
    )


kubernetes_pod_operator()
