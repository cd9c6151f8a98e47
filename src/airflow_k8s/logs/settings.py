"""What ``[logging] logging_config_class`` names: Airflow's own logging, and the log store to read task logs from.

The API server and the triggerer load it. Airflow finds ``REMOTE_TASK_LOG`` beside the configuration, see its
``discover_remote_log_handler``.
"""

import os

from airflow.config_templates import airflow_local_settings as airflow

from airflow_k8s.logs.remote import LogStore

LOGGING_CONFIG = {
    **airflow.DEFAULT_LOGGING_CONFIG,
    "handlers": {
        **airflow.DEFAULT_LOGGING_CONFIG["handlers"],
        # Elasticsearch and OpenSearch put a handler here that would read from nowhere else.
        "task": {
            "class": "airflow_k8s.logs.handler.TaskHandler",
            "formatter": "airflow",
            "base_log_folder": airflow.BASE_LOG_FOLDER,
            "filters": ["mask_secrets_core"],
        },
    },
}
DEFAULT_REMOTE_CONN_ID = airflow.DEFAULT_REMOTE_CONN_ID
REMOTE_TASK_LOG = LogStore(os.environ.get("AIRFLOW_K8S_LOG_STORE", ""), airflow.REMOTE_TASK_LOG)
