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
# There once `airflow-k8s keys rotate` has run, and while it runs.
- {name: AIRFLOW__API_AUTH__JWT_KID, valueFrom: {secretKeyRef: {name: {{ include "airflow-k8s.keysSecret" . }}, key: jwt-kid, optional: true}}}
- {name: AIRFLOW__API_AUTH__TRUSTED_JWKS_URL, valueFrom: {secretKeyRef: {name: {{ include "airflow-k8s.keysSecret" . }}, key: jwks-path, optional: true}}}
{{- end }}

{{/* All JWT keys that are trusted while new ones come (upkeep/keys.py); there is no such file at other times. */}}
{{- define "airflow-k8s.jwksVolume" -}}
{name: keys, secret: {secretName: {{ include "airflow-k8s.keysSecret" . }}, optional: true, items: [{key: jwks.json, path: jwks.json}]}}
{{- end }}

{{/* API secret: the API server signs its requests for logs with it, the triggerer checks them. */}}
{{- define "airflow-k8s.apiSecretEnv" -}}
{{ include "airflow-k8s.keyEnv" (list . "AIRFLOW__API__SECRET_KEY" "api-secret-key") }}
{{- end }}

{{/* A variable from a Secret that the user names; takes (list variable {name, key}). */}}
{{- define "airflow-k8s.secretEnv" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef:
      name: {{ (index . 1).name }}
      key: {{ (index . 1).key }}
{{- end }}

{{/* The database's URL; its password stays out of it, libpq takes it from PGPASSWORD. */}}
{{- define "airflow-k8s.databaseEnv" -}}
{{- $db := .Values.database }}
{{- if and .Values.postgres.enabled (or $db.host $db.urlSecret.name) }}
{{- fail "Two databases: postgres.enabled is true, and `database` names another. Set postgres.enabled=false, or leave `database` alone." }}
{{- else if $db.urlSecret.name }}
{{- include "airflow-k8s.secretEnv" (list "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" $db.urlSecret) }}
{{- else if or .Values.postgres.enabled (and $db.host $db.passwordSecret.name) }}
{{- include "airflow-k8s.databasePassword" . }}
{{ include "airflow-k8s.databaseUrl" (include "airflow-k8s.databaseParts" . | fromJson) }}
{{- else }}
{{- fail "No database: postgres.enabled is false. Set database.host and database.passwordSecret.name, or database.urlSecret.name." }}
{{- end }}
{{- end }}

{{/* The variable with the URL; takes {host, port, user, name}. */}}
{{- define "airflow-k8s.databaseUrl" -}}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  value: {{ printf "postgresql+psycopg2://%s@%s:%v/%s" (urlquery .user) .host .port (urlquery .name) | quote }}
{{- end }}

{{/* Host, port, user and name of the database, the bundled one's or the user's, as JSON. */}}
{{- define "airflow-k8s.databaseParts" -}}
{{- $bundled := dict "host" (print .Release.Name "-postgres") "port" 5432 "user" "airflow" "name" "airflow" }}
{{- .Values.postgres.enabled | ternary $bundled (pick .Values.database "host" "port" "user" "name") | toJson }}
{{- end }}

{{/* The variable with its password. */}}
{{- define "airflow-k8s.databasePassword" -}}
{{- if .Values.postgres.enabled }}
{{- include "airflow-k8s.keyEnv" (list . "PGPASSWORD" "database-password") }}
{{- else }}
{{- include "airflow-k8s.secretEnv" (list "PGPASSWORD" .Values.database.passwordSecret) }}
{{- end }}
{{- end }}

{{/* The way to the database for all but migrations, whose lock lives as long as their connection: PgBouncer where it runs. */}}
{{- define "airflow-k8s.serverDatabaseEnv" -}}
{{- $direct := include "airflow-k8s.databaseEnv" . }}
{{- if .Values.pgbouncer.enabled }}
{{- $pooled := dict "host" (print .Release.Name "-pgbouncer") "port" 6432 }}
{{- include "airflow-k8s.databasePassword" . }}
{{ include "airflow-k8s.databaseUrl" (merge $pooled (include "airflow-k8s.databaseParts" . | fromJson)) }}
{{- else }}
{{- $direct }}
{{- end }}
{{- end }}
