{{/* A clean-up's CronJob up to its containers: one at a time, none to make up for what was missed. Takes (list root schedule). */}}
{{- define "airflow-k8s.cleanup" -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "airflow-k8s.metadata" (index . 0) | nindent 2 }}
spec:
  schedule: {{ index . 1 | quote }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 1
  jobTemplate:
    spec:
      backoffLimit: 1
      template:
        metadata:
          {{- include "airflow-k8s.podMetadata" (list (index . 0) (index . 0).Values.cleanup) | nindent 10 }}
        spec:
          {{- include "airflow-k8s.pod" (list (index . 0) (index . 0).Values.cleanup) | nindent 10 }}
          serviceAccountName: {{ include "airflow-k8s.name" (index . 0) }}
          restartPolicy: Never
{{- end }}

{{/* From when on a pod that does not start is nobody's: a while after the scheduler has given up on its task. */}}
{{- define "airflow-k8s.pendingMinutes" -}}
{{- add 15 (div (include "airflow-k8s.queuedSeconds" . | int) 60) }}
{{- end }}
