"""Containers of one's own, launched by the task's pod: by KubernetesPodOperator, and by the platform's PodOperator."""

import os

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import dag
from kubernetes.client import models as k8s

from airflow_k8s.operators.pod import RESTRICTED, PodOperator

RETURNED = 'writeLines(jsonlite::toJSON(list(r = R.version$major), auto_unbox = TRUE), "/airflow/xcom/return.json")'


@dag(schedule=None, tags=["smoke"])
def kubernetes_pod_operator():
    KubernetesPodOperator(
        task_id="own_container",
        name="own-container",
        image=os.environ.get("AIRFLOW_K8S_IMAGE", "base"),
        cmds=["python", "-c", "print('hello from a pod of its own')"],
        container_resources=k8s.V1ResourceRequirements(requests={"cpu": "50m", "memory": "64Mi"}),
        on_finish_action="delete_pod",
        **RESTRICTED,
    )

    PodOperator(
        task_id="on_a_catalogues_image",
        image="r-data",
        cmds=["Rscript", "-e", RETURNED],
        cpu=0.2,
        memory="300Mi",
        do_xcom_push=True,
    )


kubernetes_pod_operator()
