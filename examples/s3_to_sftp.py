"""A file from S3 to a partner's SFTP server: Airflow's own operator, extended in five lines."""

from airflow.providers.amazon.aws.transfers.s3_to_sftp import S3ToSFTPOperator
from airflow.sdk import dag

from airflow_k8s import on_image
from airflow_k8s.operators.on_image import OnImage


class PartnerOperator(OnImage, S3ToSFTPOperator):
    """What is settled for all that goes to the partner; tasks may differ."""

    connects_to = "partner"
    conn_id_field = "sftp_conn_id"
    runs_on = on_image("base", memory="512Mi")
    ui_color = "#e6f2d5"


@dag(schedule="@daily", default_args={"owner": "finance", "retries": 2, "aws_conn_id": "lake"}, tags=["example"])
def s3_to_sftp():
    PartnerOperator(
        task_id="send_revenue",
        s3_bucket="reports",
        s3_key="revenue/{{ dag_run.run_after | ds }}.csv",
        sftp_path="/inbox/revenue-{{ dag_run.run_after | ds }}.csv",
    )


s3_to_sftp()
