{{/* Who opens connections to whom: both ends of every policy come from here. `database` and `kubernetes` are elsewhere. */}}
{{- define "airflow-k8s.talks" -}}
{{- $database := .Values.postgres.enabled | ternary "postgres" "database" -}}
api-server: [{{ $database }}, kubernetes, triggerer{{ include "airflow-k8s.local" (list . ", scheduler") }}]
scheduler: [{{ $database }}, kubernetes{{ include "airflow-k8s.local" (list . ", api-server") }}]
dag-processor: [{{ $database }}]
triggerer: [{{ $database }}{{ if .Values.tasks.podOperator.enabled }}, kubernetes{{ end }}]
migrate: [{{ $database }}]
task-pod: [api-server{{ if .Values.postgres.shared }}, postgres{{ end }}]
{{ include "airflow-k8s.optionalTalks" (list . $database) }}
{{- end }}

{{/* The same for what not every release has; takes (list root database). */}}
{{- define "airflow-k8s.optionalTalks" -}}
{{- $values := (index . 0).Values }}{{ $database := index . 1 }}
{{- if $values.tracking.connection }}
tracking: [{{ $database }}, kubernetes]
{{- end }}
{{- if not $values.keys.existingSecret }}
keys: [kubernetes]
{{- end }}
{{- if $values.postgres.enabled }}
postgres: []
{{- else }}
preflight: [database]
{{- end }}
{{- if $values.tasks.podOperator.enabled }}
pod-launcher: [kubernetes]
pod-operator: []
{{- end }}
{{- end }}

{{/* A text where the scheduler runs tasks itself: they report to the API server, which shows their logs; takes (list root text). */}}
{{- define "airflow-k8s.local" -}}
{{- if contains "LocalExecutor" (toString (((index . 0).Values.config).core).executor) }}{{ index . 1 }}{{ end }}
{{- end }}

{{/* On which ports each is called. */}}
{{- define "airflow-k8s.ports" -}}
api-server: [8080]
database: [{{ .Values.database.port }}]
kubernetes: {{ .Values.network.kubernetesPorts | toJson }}
postgres: [5432]
scheduler: [8793]
triggerer: [8794]
{{- end }}
