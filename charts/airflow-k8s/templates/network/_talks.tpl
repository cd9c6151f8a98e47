{{/* Who opens connections to whom: both ends of every policy come from here. `database`, `git`, `kubernetes` and `oidc` are elsewhere. */}}
{{- define "airflow-k8s.talks" -}}
{{- $database := .Values.postgres.enabled | ternary "postgres" "database" }}
{{- $tables := .Values.pgbouncer.enabled | ternary "pgbouncer" $database }}
{{- $tasksApi := .Values.executionApi.enabled | ternary "execution-api" "api-server" }}
{{- $dags := ternary ", dags" "" (ne "" .Values.dags.git.url) }}
{{- $report := .Values.metrics.statsd.enabled | ternary ", metrics" "" -}}
api-server: [{{ $tables }}, {{ .Values.logStore.enabled | ternary "log-store" "kubernetes" }}, triggerer{{ if .Values.signIn.oidc.issuer }}, oidc{{ end }}{{ include "airflow-k8s.local" (list . ", scheduler") }}{{ $report }}]
scheduler: [{{ $tables }}, kubernetes{{ include "airflow-k8s.local" (list . (print ", " $tasksApi $dags)) }}{{ $report }}]
dag-processor: [{{ $tables }}{{ $report }}{{ $dags }}]
triggerer: [{{ $tables }}{{ $report }}{{ if .Values.logStore.enabled }}, log-store{{ end }}{{ if .Values.tasks.podOperator.enabled }}, kubernetes{{ end }}]
migrate: [{{ $database }}]
task-pod: [{{ $tasksApi }}{{ $report }}{{ $dags }}{{ if .Values.postgres.shared }}, postgres{{ end }}]
{{- range $name, $row := include "airflow-k8s.optionalTalks" (list .Values $database $tables) | fromJson }}{{ if index $row 0 }}
{{ $name }}: {{ index $row 1 | toJson }}
{{- end }}{{ end }}
{{- end }}

{{/* What not every release has: whether it is there, and whom it calls, as JSON; takes (list values database tables), the last being the way to the tables. */}}
{{- define "airflow-k8s.optionalTalks" -}}
{{- $values := index . 0 }}{{ $database := index . 1 }}{{ $tables := index . 2 }}{{ dict
  "cleanup-database" (list $values.cleanup.database.enabled (list $database))
  "cleanup-pods" (list $values.cleanup.pods.enabled (list "kubernetes"))
  "dags" (list $values.dags.git.url (list "git"))
  "execution-api" (list $values.executionApi.enabled (list $tables ($values.metrics.statsd.enabled | ternary "metrics" "") | compact))
  "gate" (list $values.gate.enabled list)
  "keys" (list (not $values.keys.existingSecret) (list "kubernetes"))
  "log-store" (list $values.logStore.enabled (list "kubernetes"))
  "metrics" (list $values.metrics.statsd.enabled list)
  "pgbouncer" (list $values.pgbouncer.enabled (list $database))
  "pod-launcher" (list $values.tasks.podOperator.enabled (list "kubernetes"))
  "pod-operator" (list $values.tasks.podOperator.enabled list)
  "postgres" (list $values.postgres.enabled list)
  "pre-pull" (list $values.prePull.enabled list)
  "preflight" (list (not $values.postgres.enabled) (list $database))
  "team" (list (not (empty $values.tasks.teams)) list)
  "test" (list $values.test.enabled (list "api-server" "kubernetes" (eq $values.signIn.manager "fab" | ternary $tables "") | compact))
  "tracking" (list $values.tracking.connection (list $tables "kubernetes"))
| toJson }}
{{- end }}

{{/* A text where the scheduler runs tasks itself: they report to the API server, which shows their logs; takes (list root text). */}}
{{- define "airflow-k8s.local" -}}
{{- if contains "LocalExecutor" (toString (((index . 0).Values.config).core).executor) }}{{ index . 1 }}{{ end }}
{{- end }}

{{/* On which ports each is called; TCP, where none says other. */}}
{{- define "airflow-k8s.ports" -}}
api-server: [8080]
database: [{{ .Values.database.port }}]
dags: [8000]
execution-api: [8080]
git: [{{ include "airflow-k8s.gitPort" .Values.dags.git.url }}]
kubernetes: {{ .Values.network.kubernetesPorts | toJson }}
log-store: [8793]
metrics: [9125/UDP]
oidc: [{{ regexFind ":[0-9]+$" (urlParse .Values.signIn.oidc.issuer).host | trimPrefix ":" | default "443" }}]
pgbouncer: [6432]
postgres: [5432]
scheduler: [8793]
triggerer: [8794]
{{- end }}
