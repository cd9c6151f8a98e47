{{/* When a clean-up runs; one at a time, and none to make up for what was missed. Takes the schedule. */}}
{{- define "airflow-k8s.cleanupTimes" -}}
schedule: {{ . | quote }}
concurrencyPolicy: Forbid
startingDeadlineSeconds: 600
successfulJobsHistoryLimit: 1
failedJobsHistoryLimit: 1
{{- end }}

{{/* From when on a pod that does not start is nobody's: a while after the scheduler has given up on its task. */}}
{{- define "airflow-k8s.pendingMinutes" -}}
{{- add 15 (div (include "airflow-k8s.queuedSeconds" . | int) 60) }}
{{- end }}
