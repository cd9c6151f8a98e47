"""Task logs that outlive their pods (docs/logs.md): follow what task pods print, keep it, show it in Airflow.

Nothing of it runs in a task's pod, which therefore needs no right to write logs anywhere.
"""
