{{/* PgBouncer's settings, the user's last: it keeps the last of two. No password: users.txt is written at its start. */}}
{{- define "airflow-k8s.pgbouncerConfig" -}}
{{- if .Values.database.urlSecret.name }}
{{- fail "PgBouncer cannot read database.urlSecret: it wants host, user and password apart. Set database.host and database.passwordSecret.name instead, or pgbouncer.enabled=false." }}
{{- end }}
{{- $db := include "airflow-k8s.databaseParts" . | fromJson -}}
[databases]
* = host={{ $db.host }} port={{ $db.port }}

[pgbouncer]
listen_addr = *
listen_port = 6432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /tmp/users.txt
stats_users = {{ $db.user }}
pool_mode = transaction
default_pool_size = {{ .Values.pgbouncer.poolSize }}
{{ include "airflow-k8s.pgbouncerClients" . }}
{{- end }}

{{/* What its clients may do; asyncpg, which the API server uses, prepares its statements. */}}
{{- define "airflow-k8s.pgbouncerClients" -}}
max_client_conn = {{ .Values.pgbouncer.maxClients }}
max_prepared_statements = 200
# The exporter's driver asks for it.
ignore_startup_parameters = extra_float_digits
# Each of Airflow's processes would log its own.
log_connections = 0
log_disconnections = 0
{{- range $key, $value := .Values.pgbouncer.settings }}
{{ $key }} = {{ $value }}
{{- end }}
{{- end }}

{{/* A container of PgBouncer's image with its user and password. */}}
{{- define "airflow-k8s.pgbouncerContainer" -}}
{{ include "airflow-k8s.containerImage" (list . "pgbouncer") }}
{{ include "airflow-k8s.containerSecurity" . }}
env:
  - {name: PGUSER, value: {{ (include "airflow-k8s.databaseParts" . | fromJson).user | quote }}}
  {{- include "airflow-k8s.databasePassword" . | nindent 2 }}
{{- end }}
