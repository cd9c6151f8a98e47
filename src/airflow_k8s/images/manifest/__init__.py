"""What an image consists of, read from the built image itself."""

from airflow_k8s.images.manifest.model import Contents, DebianPackage, Drift, Layer, Manifest, Package
from airflow_k8s.images.manifest.whole import of

__all__ = ["Contents", "DebianPackage", "Drift", "Layer", "Manifest", "Package", "of"]
