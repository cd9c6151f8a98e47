"""Airflow on Kubernetes for a team of analysts. In a DAG file: ``from airflow_k8s import on_image``."""

from airflow_k8s.tasks import on_image

__all__ = ["on_image"]
