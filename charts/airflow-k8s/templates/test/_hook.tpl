{{/* Runs at `helm test` alone; the last one's objects stay, with the log, until the next. Takes the order. */}}
{{- define "airflow-k8s.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation
{{- end }}

{{/* Who it signs in as: the simple manager's one user, or, with the database at hand, a user of FAB's made for it. */}}
{{- define "airflow-k8s.testEnv" -}}
{{- if eq .Values.signIn.manager "simple" }}
{{- include "airflow-k8s.keyEnv" (list . "ADMIN_PASSWORD" "admin-password") }}
{{- else }}
{{- include "airflow-k8s.serverDatabaseEnv" . }}
{{- end }}
{{- end }}
