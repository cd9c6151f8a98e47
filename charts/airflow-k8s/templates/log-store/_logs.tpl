{{/* Airflow's options for logs: where they go beside the log store. */}}
{{- define "airflow-k8s.logsConfig" -}}
{{- with .Values.logs.remote }}
AIRFLOW__LOGGING__REMOTE_LOGGING: "true"
{{ include "airflow-k8s.remoteLogs" . }}
{{- end }}
{{- with .Values.logs.connection }}
AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID: {{ . | quote }}
{{- end }}
{{- end }}

{{/* The options for one place; takes its URL. Airflow tells Elasticsearch and OpenSearch by options of their own. */}}
{{- define "airflow-k8s.remoteLogs" -}}
{{- $search := regexFind "^(elasticsearch|opensearch)" . | upper }}
{{- if $search -}}
AIRFLOW__{{ $search }}__HOST: {{ regexReplaceAll "^[a-z]+\\+" . "" | quote }}
AIRFLOW__{{ $search }}__WRITE_TO_{{ eq $search "OPENSEARCH" | ternary "OS" "ES" }}: "true"
AIRFLOW__{{ $search }}__JSON_FORMAT: "true"
{{- else -}}
AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER: {{ . | quote }}
{{- end }}
{{- end }}

{{/* Whoever shows or writes logs with the platform's rights: the API server and the triggerer, never a task. */}}
{{- define "airflow-k8s.logStoreEnv" -}}
{{- if .Values.logStore.enabled -}}
- name: AIRFLOW_K8S_LOG_STORE
  value: http://{{ .Release.Name }}-log-store:8793
- name: AIRFLOW__LOGGING__LOGGING_CONFIG_CLASS
  value: airflow_k8s.logs.settings.LOGGING_CONFIG
{{- end }}
{{- end }}
