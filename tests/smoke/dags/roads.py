"""The same trivial task by both roads, for `bench roads`: in the task's own pod, or in one that is launched from it."""

import os

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

from airflow_k8s.operators.pod import RESTRICTED

SAY = "print('done')"

LAUNCHED = {
    "name": "road",
    "image": os.environ.get("AIRFLOW_K8S_IMAGE", "base"),
    "cmds": ["python", "-c", SAY],
    **RESTRICTED,
    "container_resources": k8s.V1ResourceRequirements(requests={"cpu": "50m", "memory": "64Mi"}),
    "on_finish_action": "delete_pod",
}

with DAG("road_executor", schedule=None, tags=["smoke"]):
    BashOperator(task_id="work", bash_command=f'python -c "{SAY}"')

with DAG("road_pod_operator", schedule=None, tags=["smoke"]):
    KubernetesPodOperator(task_id="work", **LAUNCHED)

with DAG("road_deferred", schedule=None, tags=["smoke"]):
    KubernetesPodOperator(task_id="work", deferrable=True, **LAUNCHED)
