"""Every way to ask for an image, cpu and memory; the pods show what was asked."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from kubernetes.client import models as k8s

from airflow_k8s import on_image

WAYS = {
    "nothing": None,
    "plain_words": {"image": "python-data", "cpu": 0.2, "memory": "300Mi"},
    "helper": on_image("python-data", cpu="300m", memory="400Mi"),
    "article": {"KubernetesExecutor": {"image": "python-data", "request_cpu": "100m", "limit_memory": "500Mi"}},
    "size": {"image": "python-data", "size": "small", "disk": "100Mi", "env": {"MONTH": "2026-11"}},
    "node_pool": {"image": "r-data", "node_pool": "any"},
    "pod_override": {
        "pod_override": k8s.V1Pod(
            metadata=k8s.V1ObjectMeta(labels={"team": "finance"}),
            spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base")]),
        )
    },
}


@dag(schedule=None, tags=["smoke"])
def every_way_to_ask():
    for way, wish in WAYS.items():
        owner = "Ada Lovelace" if way == "size" else "airflow"
        BashOperator(task_id=way, bash_command="echo $AIRFLOW_K8S_IMAGE", executor_config=wish, owner=owner)


every_way_to_ask()
