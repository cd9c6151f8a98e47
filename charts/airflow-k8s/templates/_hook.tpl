{{/* Runs before everything else at install and upgrade, and goes away when it went well; takes the order. */}}
{{- define "airflow-k8s.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* A Job that runs then, up to its pod; takes (list root order retries). */}}
{{- define "airflow-k8s.hookJob" -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "airflow-k8s.metadata" (index . 0) | nindent 2 }}
  annotations:
    {{- include "airflow-k8s.hook" (index . 1) | nindent 4 }}
spec:
  backoffLimit: {{ index . 2 }}
  template:
    metadata:
      labels:
        {{- include "airflow-k8s.labels" (index . 0) | nindent 8 }}
{{- end }}
