{{/* The migration's pod; its text names the Job, for a Job cannot be changed. */}}
{{- define "airflow-k8s.migratePod" -}}
metadata:
  labels:
    {{- include "airflow-k8s.labels" . | nindent 4 }}
spec:
  {{- include "airflow-k8s.pod" (list . .Values.migrate) | nindent 2 }}
  serviceAccountName: {{ include "airflow-k8s.name" . }}
  automountServiceAccountToken: false
  restartPolicy: Never
  containers:
    - name: migrate
      {{- include "airflow-k8s.container" . | nindent 6 }}
      command: [python, -m, airflow_k8s.release.migrate]
      args: [--patience={{ .Values.migrate.patience }}]
      env:
        {{- include "airflow-k8s.databaseEnv" . | nindent 8 }}
        {{- with include "airflow-k8s.firstUserEnv" . }}
        {{- . | nindent 8 }}
        {{- end }}
      resources:
        {{- toYaml .Values.migrate.resources | nindent 8 }}
      volumeMounts:
        {{- include "airflow-k8s.scratchMounts" . | nindent 8 }}
  volumes:
    {{- include "airflow-k8s.volumes" (list . .Values.migrate) | nindent 4 }}
{{- end }}

{{/* Who becomes the first administrator, where FAB keeps the users. */}}
{{- define "airflow-k8s.firstUserEnv" -}}
{{- if and .Values.signIn.firstUser (eq .Values.signIn.manager "simple") }}
{{- fail "signIn.firstUser needs signIn.manager=fab: the simple manager has one user, admin." }}
{{- end }}
{{- with .Values.signIn.firstUser -}}
- name: FIRST_USER
  value: {{ . | quote }}
{{ include "airflow-k8s.keyEnv" (list $ "FIRST_USER_PASSWORD" "admin-password") }}
{{- end }}
{{- end }}
