"""What ``helm test`` does: run a DAG with a task on every image, as a user would, and read the logs afterwards."""

DAG_ID = "airflow_k8s_check"
MARK = "This task ran on"
"""What each task prints before the reference of its image."""

BUNDLE = {
    "name": "airflow-k8s",
    "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
    "kwargs": {"path": "/opt/airflow/platform-dags"},
}
"""The bundle with the DAG, as Airflow's option dag_bundle_config_list has it; the path is base's link to dags/.

Of a class of Airflow's own: a task imports the class of every bundle in the list, also on an image that is older.
"""
