"""Airflow on Kubernetes for a team of analysts. In a DAG file: ``from airflow_k8s import on_image``."""
