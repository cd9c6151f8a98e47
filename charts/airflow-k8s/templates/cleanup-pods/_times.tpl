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
{{- $timeout := (.Values.config.scheduler | default dict).task_queued_timeout | default 600 }}
{{- add 15 (div (int $timeout) 60) }}
{{- end }}
