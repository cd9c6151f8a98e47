{{/* The migration's pod; its text names the Job, for a Job cannot be changed. */}}
{{- define "airflow-k8s.migratePod" -}}
metadata:
  {{- include "airflow-k8s.podMetadata" (list . .Values.migrate) | nindent 2 }}
spec:
  {{- include "airflow-k8s.pod" (list . .Values.migrate) | nindent 2 }}
  serviceAccountName: {{ include "airflow-k8s.name" . }}
  automountServiceAccountToken: false
  restartPolicy: OnFailure
  containers:
    {{- include "airflow-k8s.migrateContainer" . | nindent 4 }}
  volumes:
    {{- include "airflow-k8s.volumes" (list . .Values.migrate) | nindent 4 }}
{{- end }}

{{/* Its container. */}}
{{- define "airflow-k8s.migrateContainer" -}}
- name: migrate
  {{- include "airflow-k8s.mainContainer" (list . .Values.migrate) | nindent 2 }}
  command: [python, -m, airflow_k8s.release.migrate]
  args: [--patience={{ .Values.migrate.patience }}]
  env:
    {{- include "airflow-k8s.migrateEnv" . | nindent 4 }}
  volumeMounts:
    {{- include "airflow-k8s.mainMounts" (list . .Values.migrate) | nindent 4 }}
{{- end }}

{{/* Its variables: the database, and who becomes the first administrator where FAB keeps the users. */}}
{{- define "airflow-k8s.migrateEnv" -}}
{{- if and .Values.signIn.firstUser (eq .Values.signIn.manager "simple") }}
{{- fail "signIn.firstUser needs signIn.manager=fab: the simple manager has one user, admin." }}
{{- end }}
{{- include "airflow-k8s.databaseEnv" . }}
{{- with .Values.signIn.firstUser }}
- name: FIRST_USER
  value: {{ . | quote }}
{{ include "airflow-k8s.keyEnv" (list $ "FIRST_USER_PASSWORD" "admin-password") }}
{{- end }}
{{- with .Values.migrate.env }}
{{ include "airflow-k8s.env" . }}
{{- end }}
{{- end }}
