"""What runs once at an install or upgrade, or beside Airflow in its pods; the chart calls each module by name."""
