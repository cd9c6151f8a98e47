{{/* A variable from the keys Secret; takes (list root variable key). */}}
{{- define "airflow-k8s.keyEnv" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "airflow-k8s.keysSecret" (index . 0) }}
      key: {{ index . 2 }}
{{- end }}

{{/* Fernet key: whoever reads or writes connections, variables, triggers and bundles in the database. */}}
{{- define "airflow-k8s.fernetEnv" -}}
{{ include "airflow-k8s.keyEnv" (list . "AIRFLOW__CORE__FERNET_KEY" "fernet-key") }}
{{- end }}

{{/* JWT secret: the scheduler signs a token for each task, the API server checks and renews it. */}}
{{- define "airflow-k8s.jwtEnv" -}}
{{ include "airflow-k8s.keyEnv" (list . "AIRFLOW__API_AUTH__JWT_SECRET" "jwt-secret") }}
{{- end }}

{{/* API secret: the API server signs its requests for logs with it, the triggerer checks them. */}}
{{- define "airflow-k8s.apiSecretEnv" -}}
{{ include "airflow-k8s.keyEnv" (list . "AIRFLOW__API__SECRET_KEY" "api-secret-key") }}
{{- end }}

{{/* The database's URL; its password stays out of it, libpq takes it from PGPASSWORD. */}}
{{- define "airflow-k8s.databaseEnv" -}}
{{- $db := .Values.database }}
{{- if and .Values.postgres.enabled (or $db.host $db.urlSecret.name) }}
{{- fail "Two databases: postgres.enabled is true, and `database` names another. Set postgres.enabled=false, or leave `database` alone." }}
{{- else if .Values.postgres.enabled }}
{{- include "airflow-k8s.keyEnv" (list . "PGPASSWORD" "database-password") }}
{{ include "airflow-k8s.databaseUrl" (print .Release.Name "-postgres:5432/airflow" | list "airflow") }}
{{- else if $db.urlSecret.name -}}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  valueFrom:
    secretKeyRef: {{ $db.urlSecret | toJson }}
{{- else if and $db.host $db.passwordSecret.name -}}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef: {{ $db.passwordSecret | toJson }}
{{ include "airflow-k8s.databaseUrl" (printf "%s:%v/%s" $db.host $db.port (urlquery $db.name) | list (urlquery $db.user)) }}
{{- else }}
{{- fail "No database: postgres.enabled is false. Set database.host and database.passwordSecret.name, or database.urlSecret.name." }}
{{- end }}
{{- end }}

{{/* The variable with the URL; takes (list user "host:port/name"). */}}
{{- define "airflow-k8s.databaseUrl" -}}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  value: {{ printf "postgresql+psycopg2://%s@%s" (index . 0) (index . 1) | quote }}
{{- end }}
